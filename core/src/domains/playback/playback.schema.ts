import { z } from 'zod';
import { endpoint } from '../../kernel/http/endpoint.ts';
import { idParams, instant, listResponse, ok, uuidParams } from '../../kernel/http/schema.ts';
import { Picture } from '../catalog/catalog.schema.ts';

/** What the client's player can do, as it found out with canPlayType and MediaSource.isTypeSupported. */
export const ClientProfile = z.object({
  /** RFC 6381 strings or plain names that play: `avc1`, `hvc1`, `vp9`, `av01`, `mp4a.40.2`, `ac-3`, `ec-3`, `opus`, `flac`, `mp3`. */
  videoCodecs: z.array(z.string().max(50)).max(50),
  audioCodecs: z.array(z.string().max(50)).max(50),
  containers: z.array(z.enum(['mp4', 'webm', 'matroska', 'mov', 'mpegts', 'hls', 'mp3', 'flac', 'ogg'])).max(20),
  maxHeight: z.int().positive().optional(),
  maxBitrate: z.int().positive().optional(),
  /** Largest channel count. */
  maxChannels: z.int().positive().optional(),
});

const AudioTrack = z.object({
  index: z.int(),
  codec: z.string(),
  language: z.string(),
  title: z.string(),
  channels: z.int(),
  default: z.boolean(),
  label: z.string(),
});
const SubtitleTrack = z.object({
  /** `stream:<index>` or `file:<stream id>`. */
  id: z.string(),
  /** How the browser shows it: `vtt` (text), `ass` (drawn with its styles and fonts), `pgs` (pictures). */
  format: z.enum(['vtt', 'ass', 'pgs']),
  codec: z.string(),
  language: z.string(),
  title: z.string(),
  label: z.string(),
  forced: z.boolean(),
  hearingImpaired: z.boolean(),
  default: z.boolean(),
  external: z.boolean(),
  /** Signed; text as WebVTT or ASS, PGS as .sup. */
  url: z.string(),
});

export const startPlayback = endpoint({
  verb: 'POST /playback',
  tag: 'playback',
  summary: 'Decides how to play a title for this client and opens a session.',
  description:
    '`mode`: `direct` (the file itself, byte ranges), `remux` (same streams in fragmented MP4 over HLS), `audio` (video copied, audio converted), `transcode` (both converted). `reasons` says why it is not direct.',
  access: 'guest',
  scope: 'playback',
  body: z.object({
    itemId: z.int().positive(),
    /** A version; the best for this client unless told. */
    fileId: z.int().positive().optional(),
    client: ClientProfile,
    /** A sound track of the file; chosen by the account's languages unless told. */
    audioIndex: z.int().min(0).optional(),
    /** The language chosen for another episode: wished before those of the account. */
    audioLanguage: z.string().max(35).optional(),
    /** Start here; the resume point unless told. */
    positionMs: z.int().min(0).optional(),
    /** Forces a heavier way, for example after the browser failed to play: `direct` < `remux` < `audio` < `transcode`. */
    atLeast: z.enum(['direct', 'remux', 'audio', 'transcode']).optional(),
  }),
  response: z.object({
    sessionId: z.uuid(),
    itemId: z.int(),
    fileId: z.int(),
    title: z.string(),
    subtitle: z.string(),
    poster: Picture.nullable(),
    backdrop: Picture.nullable(),
    mode: z.enum(['direct', 'remux', 'audio', 'transcode']),
    reasons: z.array(z.string()),
    /** Signed. A media file for `direct`, an HLS playlist otherwise. */
    url: z.string(),
    mimeType: z.string(),
    durationMs: z.int(),
    startMs: z.int(),
    audioIndex: z.int().nullable(),
    audioTracks: z.array(AudioTrack),
    subtitleTracks: z.array(SubtitleTrack),
    /** Tracks that no browser can be shown, and why. */
    unshownSubtitles: z.array(z.object({ label: z.string(), codec: z.string(), reason: z.string() })),
    /** The one to begin with, by the account's languages and subtitle mode; null for none. */
    subtitleId: z.string().nullable(),
    /** Fonts attached to the file, for ASS; signed. */
    fonts: z.array(z.object({ name: z.string(), url: z.string() })),
    /** Frames for the scrub bar, signed: put milliseconds in place of `{ms}`. Absent where none can be made. */
    thumbnails: z.string().optional(),
    chapters: z.array(z.object({ startMs: z.int(), title: z.string() })),
    versions: z.array(z.object({ fileId: z.int(), label: z.string() })),
    parts: z.array(z.object({ fileId: z.int(), number: z.int(), durationMs: z.int() })),
    next: z.object({ itemId: z.int(), title: z.string(), subtitle: z.string(), still: Picture.nullable() }).nullable(),
    previous: z.object({ itemId: z.int(), title: z.string() }).nullable(),
    /** Position from which the next-episode card is shown. */
    creditsMs: z.int(),
  }),
  status: 201,
});

export const reportProgress = endpoint({
  verb: 'POST /playback/:id/progress',
  tag: 'playback',
  summary: 'Keeps a session alive and stores where the caller is; every 10 s, and on pause, seek and leave.',
  access: 'guest',
  scope: 'playback',
  params: uuidParams,
  body: z.object({
    positionMs: z.int().min(0),
    paused: z.boolean().default(false),
    event: z.enum(['time', 'pause', 'seek', 'stop']).default('time'),
    audioIndex: z.int().nullable().optional(),
    subtitleId: z.string().max(100).nullable().optional(),
  }),
  response: z.object({ played: z.boolean() }),
});
export const stopPlayback = endpoint({
  verb: 'DELETE /playback/:id',
  tag: 'playback',
  summary: 'Ends a session; its ffmpeg is gone within 2 s.',
  access: 'guest',
  scope: 'playback',
  params: uuidParams,
  response: ok,
});
export const listPlaybackSessions = endpoint({
  verb: 'GET /playback/sessions',
  tag: 'playback',
  summary: 'Who watches what, and how.',
  access: 'admin',
  response: listResponse(
    z.object({
      id: z.uuid(),
      account: z.string(),
      itemId: z.int(),
      title: z.string(),
      mode: z.string(),
      reasons: z.array(z.string()),
      positionMs: z.int(),
      durationMs: z.int(),
      paused: z.boolean(),
      client: z.string(),
      startedAt: instant,
      transcoding: z.boolean(),
    }),
  ),
});

/** Bytes. The signature in `s` binds session, account, file and expiry. */
const signed = z.object({ s: z.string().max(1000) });
const sessionFile = z.object({ session: z.uuid(), file: z.string().max(100) });
export const streamFile = endpoint({
  verb: 'GET /stream/:session/file',
  tag: 'playback',
  summary: 'The media file itself, with byte ranges.',
  access: 'signed',
  params: z.object({ session: z.uuid() }),
  query: signed,
  raw: { contentType: 'video/*', description: '200 or 206 with the bytes.' },
});
export const streamHls = endpoint({
  verb: 'GET /stream/:session/hls/:file',
  tag: 'playback',
  summary: 'Playlists and segments of a remuxed or converted session.',
  access: 'signed',
  params: sessionFile,
  query: signed,
  raw: {
    contentType: 'application/vnd.apple.mpegurl',
    description: 'A playlist, an initialisation segment or a media segment.',
  },
});
export const streamSubtitle = endpoint({
  verb: 'GET /stream/:session/subtitles/:file',
  tag: 'playback',
  summary: 'A subtitle track as WebVTT, ASS or PGS.',
  access: 'signed',
  params: sessionFile,
  query: signed,
  raw: { contentType: 'text/vtt', description: 'The track.' },
});
export const streamFont = endpoint({
  verb: 'GET /stream/:session/fonts/:file',
  tag: 'playback',
  summary: 'A font attached to the file.',
  access: 'signed',
  params: sessionFile,
  query: signed,
  raw: { contentType: 'font/ttf', description: 'The font.' },
});
export const streamThumbnails = endpoint({
  verb: 'GET /stream/:session/thumbnails/:file',
  tag: 'playback',
  summary: 'A frame near a position, for the scrub bar: `<milliseconds>.jpg`.',
  access: 'signed',
  params: sessionFile,
  query: signed,
  raw: { contentType: 'image/jpeg', description: 'A small frame.' },
});

export const downloadFile = endpoint({
  verb: 'GET /files/:id/download',
  tag: 'playback',
  summary: 'The file, to keep.',
  access: 'user',
  params: idParams,
  raw: { contentType: 'application/octet-stream', description: 'The bytes.' },
});
export const getCapabilities = endpoint({
  verb: 'GET /playback/capabilities',
  tag: 'playback',
  summary: 'Whether ffmpeg is there, what it can do, and how many sessions run.',
  access: 'admin',
  response: z.object({
    ffmpeg: z.object({ path: z.string(), version: z.string() }).nullable(),
    problem: z.string(),
    hardware: z.string(),
    encoders: z.array(z.string()),
    sessions: z.int(),
    limit: z.int(),
  }),
});
