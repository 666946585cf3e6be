/**
 * What a word or phrase of a name can mean. `strong` words are never part of a title; `weak` ones ("Web", "Cam", "German",
 * "Extended") are, unless their place in the name says otherwise.
 */
export type TagKind =
  | 'source'
  | 'resolution'
  | 'videoCodec'
  | 'audioCodec'
  | 'hdr'
  | 'threeD'
  | 'edition'
  | 'language'
  | 'service'
  | 'revision'
  | 'country'
  | 'pack'
  | 'noise'
  /** Ordinary words that mean nothing behind the tags of a release, and anything before them. */
  | 'filler';

export interface TagRow {
  kind: TagKind;
  strong: boolean;
  /** What the parser reports, and every way it is written: words apart by a space, ways apart by a bar. */
  values: Record<string, string>;
}

/** Vocabulary of picture and sound. A word ending in digits that are channel counts ("ddp5", "aac2") is looked up without them. */
export const PICTURE_AND_SOUND: TagRow[] = [
  {
    kind: 'source',
    strong: true,
    values: {
      'WEB-DL':
        'web dl|webdl|web hd|webhd|web dlmux|webdlmux|dlmux|amazonhd|amazonsd|amazonuhd|netflixhd|netflixsd|netflixuhd|ituneshd|maxdomehd|hdituneshd|webuhd|hbomaxhd|disneyhd|disneyuhd',
      WEBRip: 'webrip|web rip|web dlrip|webdlrip|webmux|webcap|web cap|vodrip|vod rip|vodr|netflixuhdrip|uhdwebrip',
      BluRay:
        'bluray|blu ray|bluray rip|blurayrip|bdrip|bd rip|brrip|br rip|mbluray|m bluray|bdmux|brmux|bdripmux|brripmux|bdiso|bdmv|bd25|bd50|bd66|bd100|uhd2bd|bdmbluray|uhdbdrip|uhdrip|bd5|bd9|bluraymux|uhdbd|bdlight|bdfull',
      'BluRay Remux': 'bdremux|bd remux|uhdremux|uhd remux|bluray remux|blu ray remux|uhd bdremux',
      'HD DVD': 'hddvd|hd dvd|hddvdrip|hd dvdrip',
      HDTV: 'hdtv|hdtvrip|hdtv rip|hdtvmux|hd tv|ahdtv|hr hdtv|uhdtv|tvrip hd',
      PDTV: 'pdtv|pdtvrip',
      SDTV: 'sdtv|dsr|dsrip|dthrip|tvrip|tv rip|satrip|sat rip|ldtv|dvb rip|dvbrip|dvbs|dvbt',
      DVB: 'dvb',
      DVD: 'dvdrip|dvd rip|dvdr|dvd r|dvd9|dvd 9|dvd5|dvd 5|dvdr9|dvdmux|dvdripmux|dvdiso|xvidvd|2xdvd9|r2dvd|full dvd|dvdfull|dvdmini',
      R5: 'r5 line',
      Telesync: 'telesync|hdts|hd ts|hdtsrip|pdvd|predvd|pre dvd|predvdrip|pre dvdrip|pdvdrip|tsrip',
      Telecine: 'telecine|hdtc|hd tc|hdtcrip|tcrip',
      CAM: 'camrip|cam rip|camhd|hdcam|hd cam|hqcam|hq cam|hdcamrip|s print|hq s print',
      Screener:
        'dvdscr|dvd scr|dvdscreener|bdscr|bd scr|brscr|br scr|brscreener|br screener|webscr|screener|hdscr|pre hdrip|prehdrip|dvd screener|bdscreener',
      Workprint: 'workprint',
      PPV: 'ppvrip|ppv rip',
      VHS: 'vhsrip|vhs rip',
      HDRip: 'hdrip|hd rip|hdlight|hd light',
    },
  },
  {
    kind: 'source',
    strong: false,
    values: {
      'WEB-DL': 'web|itunes',
      BluRay: 'bd|br|dbd|blu',
      'BluRay Remux': 'remux|hybrid remux',
      DVD: 'dvd|dbox|r2j|ntsc|pal',
      Telesync: 'ts',
      Telecine: 'tc',
      CAM: 'cam',
      Screener: 'scr',
      Workprint: 'wp',
      PPV: 'ppv',
      VHS: 'vhs',
      R5: 'r5|r6',
      SDTV: 'tv',
      VOD: 'vod|on demand',
    },
  },
  {
    kind: 'resolution',
    strong: true,
    values: { UHD: 'uhd|4klight|4k uhd', FHD: 'fullhd|fhd' },
  },
  { kind: 'resolution', strong: false, values: { '4K': '4k', '8K': '8k' } },
  {
    kind: 'videoCodec',
    strong: true,
    values: {
      'H.264': 'x264|x 264|h264|h 264|avc|hi10p|hi10|hi444|hi444pp|avchd|avc1',
      'H.265': 'x265|x 265|h265|h 265|hevc|hvec|hevc10|hevc8|h265p',
      'H.266': 'h266|h 266|x266|vvc',
      'H.263': 'h263|h 263',
      AV1: 'av1|svtav1|svt av1',
      XviD: 'xvid',
      DivX: 'divx|divx5|divx6',
      'VC-1': 'vc1|vc 1',
      'MPEG-2': 'mpeg2|mpeg 2|mpg2|h262|h 262',
      VP9: 'vp9',
      VP8: 'vp8',
      VP7: 'vp7',
      RealVideo: 'rv10|rv40|realvideo',
      WMV: 'wmv9|wmvhd',
    },
  },
  {
    kind: 'audioCodec',
    strong: true,
    values: {
      'DTS-HD MA': 'dts hd ma|dtshd ma|dtshdma|dts ma|dtsma|dts hdma',
      'DTS-HD': 'dts hd|dtshd|dts hdhra|dts hra|dtshdhra|dts hd hra|dts hd hr',
      'DTS:X': 'dts x|dtsx|dts x ma',
      DTS: 'dts|dts es|dtses',
      TrueHD: 'truehd|true hd|dolby truehd',
      Atmos: 'atmos|dolby atmos',
      'DD+': 'ddp|eac3|e ac3|e ac 3|ddpa|dolby digital plus|eac',
      DD: 'dolby|dd|ac3|ac 3|dolby digital|ac3d|dd ex|ddex|ac3mux',
      AAC: 'aac|he aac|aac lc|heaac',
      FLAC: 'flac|flacx2',
      PCM: 'lpcm|pcm',
      MP3: 'mp3|mp 3',
      MP2: 'mp2|mpa2|mpa',
      Opus: 'opus x',
      Vorbis: 'vorbis',
      ALAC: 'alac',
    },
  },
  { kind: 'audioCodec', strong: false, values: { Opus: 'opus', Ogg: 'ogg' } },
  {
    kind: 'hdr',
    strong: true,
    values: {
      'HDR10+': 'hdr10plus|hdr10p',
      HDR10: 'hdr10',
      HDR: 'hdr',
      'Dolby Vision': 'dovi|dolby vision|dolbyvision',
      HLG: 'hlg',
    },
  },
  { kind: 'hdr', strong: false, values: { 'Dolby Vision': 'dv', SDR: 'sdr', PQ: 'pq' } },
  {
    kind: 'threeD',
    strong: true,
    values: { SBS: 'hsbs|h sbs|half sbs|3d sbs|3d hsbs', OU: 'hou|h ou|half ou|3d hou|3d ou|3d tab', MVC: 'mvc' },
  },
  { kind: 'threeD', strong: false, values: { SBS: 'sbs', '3D': '3d' } },
  {
    kind: 'noise',
    strong: true,
    values: {
      '10bit': '10bit|10 bit|10bits|8bit|8 bit|8bits|12bit|12 bit|hi10bit|24bit|24 bit|yuv420p10|yuv420p|yuv444p',
      rate: '60fps|50fps|24fps|30fps|23 976fps|vfr|cfr|nvenc|qsv|crf',
    },
  },
];
