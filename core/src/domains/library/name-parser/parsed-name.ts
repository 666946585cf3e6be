import type { NameIds } from './ids.ts';

/** What a name says. A field is absent when the name says nothing about it. */
export interface ParsedName {
  /** Never empty unless the input was. */
  title: string;
  year?: number;
  season?: number;
  /** All seasons of a pack of several. */
  seasons?: number[];
  episodes: number[];
  /** Number counted through all seasons, as anime does. */
  absoluteEpisode?: number;
  /** Day of a daily show, ISO. */
  date?: string;
  /** "2160p", "1080p", "480i". */
  resolution?: string;
  /** "WEB-DL", "WEBRip", "BluRay", "HDTV", "DVD", "CAM" and their like. */
  source?: string;
  /** "H.264", "H.265", "AV1", "XviD" and their like. */
  videoCodec?: string;
  audioCodec?: string;
  hdr?: string[];
  /** Layout of a stereoscopic picture: "SBS", "OU", "MVC", or "3D" when the name says no more. */
  threeD?: string;
  releaseGroup?: string;
  edition?: string;
  episodeTitle?: string;
  /** ISO 639-1 codes, "mul" for several that are not named. */
  languages?: string[];
  /** Country that tells apart works of one title, ISO 3166-1. */
  country?: string;
  /** Streaming service or broadcaster. */
  service?: string;
  type?: 'movie' | 'episode';
  ids: NameIds;
  /** Place of the file in a stack: cd1, part2, disc b. */
  part?: number;
  /** Kind of extra, by suffix or folder: trailer, sample, featurette, behindTheScenes, deletedScene, interview, scene, short, clip, backdrop, themeMusic, other. */
  extra?: string;
  /** Label of one of several versions in a folder: "Title (Year) - label". */
  version?: string;
  /** 1 for a first release, one more for each proper or repack. */
  revision?: number;
}
