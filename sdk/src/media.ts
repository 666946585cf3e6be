import { z } from 'zod';

/*
 * Plain data about films, shows, games and people, as plugins give it and as hooks carry it. Everything is JSON: absent means
 * absent, dates are ISO strings, durations are milliseconds, ratings run from 0 to 100. No schema has defaults or transforms,
 * so one type serves the writer and the reader.
 */

/** What a title is. */
export const MediaType = z.enum(['movie', 'show', 'season', 'episode', 'game', 'person']);
export type MediaType = z.output<typeof MediaType>;

const id = z.string().min(1).max(200).optional();

/** Ids at other services, by service: `{ tmdb: '603', imdb: 'tt0133093' }`. */
export interface ExternalIds {
  tmdb?: string;
  imdb?: string;
  tvdb?: string;
  igdb?: string;
  trakt?: string;
  /** Any further service, for example `anidb`. */
  [service: string]: string | undefined;
}
export const ExternalIds: z.ZodType<ExternalIds, ExternalIds> = z
  .object({ tmdb: id, imdb: id, tvdb: id, igdb: id, trakt: id })
  .catchall(id);

/** What a picture shows, and where it is put. */
export const ArtworkKind = z.enum([
  'poster',
  'backdrop',
  'logo',
  'still',
  'banner',
  'landscape',
  'profile',
  'disc',
  'clearart',
]);
export type ArtworkKind = z.output<typeof ArtworkKind>;

/** A picture and where it is: `url` on the internet, or `path` inside the folder of the media file. */
export interface Artwork {
  kind: ArtworkKind;
  url?: string;
  path?: string;
  /** Pixels. */
  width?: number;
  height?: number;
  /** BCP 47; absent for a picture without words. */
  language?: string;
  /** For a show's picture of one season. */
  season?: number;
}
export const Artwork: z.ZodType<Artwork, Artwork> = z.object({
  kind: ArtworkKind,
  url: z.string().max(4000).optional(),
  path: z.string().max(4000).optional(),
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  language: z.string().max(35).optional(),
  season: z.int().min(0).optional(),
});

/** Somebody's part in a film, show or episode. */
export interface Credit {
  name: string;
  /** `actor`, `director`, `writer`, `producer`, `composer`, `creator`, `guest`, or the service's own word. */
  role: string;
  character?: string;
  ids?: ExternalIds;
  /** Where a portrait is. */
  picture?: { url?: string; path?: string };
}
export const Credit: z.ZodType<Credit, Credit> = z.object({
  name: z.string().min(1).max(500),
  role: z.string().min(1).max(100),
  character: z.string().max(1000).optional(),
  ids: ExternalIds.optional(),
  picture: z.object({ url: z.string().max(4000).optional(), path: z.string().max(4000).optional() }).optional(),
});

/** Everything a metadata source may know of a title. Only `type` and `title` are certain. */
export interface MediaData {
  type: MediaType;
  title: string;
  originalTitle?: string;
  sortTitle?: string;
  year?: number;
  /** ISO day of the first release or airing. */
  releaseDate?: string;
  overview?: string;
  tagline?: string;
  /** `released`, `ended`, `continuing`, `planned`, `cancelled`, or the service's own word. */
  status?: string;
  /** As printed: `PG-13`, `FSK 16`. */
  contentRating?: string;
  /** 0 to 100. */
  rating?: number;
  runtimeMs?: number;
  season?: number;
  episode?: number;
  absoluteEpisode?: number;
  /** Title of the show, on seasons and episodes. */
  showTitle?: string;
  ids?: ExternalIds;
  genres?: string[];
  categories?: string[];
  sources?: string[];
  studios?: string[];
  countries?: string[];
  tags?: string[];
  credits?: Credit[];
  artwork?: Artwork[];
}
const name = z.string().min(1).max(200);
export const MediaData: z.ZodType<MediaData, MediaData> = z.object({
  type: MediaType,
  title: z.string().min(1).max(2000),
  originalTitle: z.string().max(2000).optional(),
  sortTitle: z.string().max(2000).optional(),
  year: z.int().min(1800).max(3000).optional(),
  releaseDate: z.iso.date().optional(),
  overview: z.string().max(50_000).optional(),
  tagline: z.string().max(5000).optional(),
  status: z.string().max(100).optional(),
  contentRating: z.string().max(100).optional(),
  rating: z.number().min(0).max(100).optional(),
  runtimeMs: z.int().min(0).optional(),
  season: z.int().min(0).optional(),
  episode: z.int().min(0).optional(),
  absoluteEpisode: z.int().min(0).optional(),
  showTitle: z.string().max(2000).optional(),
  ids: ExternalIds.optional(),
  genres: z.array(name).max(200).optional(),
  categories: z.array(name).max(200).optional(),
  sources: z.array(name).max(200).optional(),
  studios: z.array(name).max(200).optional(),
  countries: z.array(name).max(200).optional(),
  tags: z.array(name).max(500).optional(),
  credits: z.array(Credit).max(2000).optional(),
  artwork: z.array(Artwork).max(500).optional(),
});

/** A title at a metadata service: its data and the service's own id for it. */
export interface MediaEntry extends MediaData {
  id: string;
}
export const MediaEntry: z.ZodType<MediaEntry, MediaEntry> = z.intersection(
  MediaData,
  z.object({ id: z.string().min(1).max(500) }),
) as unknown as z.ZodType<MediaEntry, MediaEntry>;

/** One page of a longer list; `next` is the opaque cursor of the next one. */
export interface Page<T> {
  items: T[];
  next?: string;
}
export const page = <T>(item: z.ZodType<T, T>): z.ZodType<Page<T>, Page<T>> =>
  z.object({ items: z.array(item), next: z.string().optional() });
