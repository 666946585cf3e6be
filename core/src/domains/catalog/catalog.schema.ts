import { z } from 'zod';
import { endpoint } from '../../kernel/http/endpoint.ts';
import { idParams, instant, listOf, listResponse, numericId, ok, pageOf, pageQuery } from '../../kernel/http/schema.ts';

export const itemTypes = ['movie', 'show', 'season', 'episode', 'game'] as const;
export const ItemType = z.enum(itemTypes);

/** A picture: `url` takes `?width=` (rounded up to a stored size) and is immutable; `placeholder` is a base64 thumbhash. */
export const Picture = z.object({
  id: z.int(),
  url: z.string(),
  placeholder: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
});

/** What the caller has done with an item. */
export const PlayStateView = z.object({
  positionMs: z.int(),
  durationMs: z.int(),
  played: z.boolean(),
  playCount: z.int(),
  lastPlayedAt: instant.nullable(),
});

/** One title in a grid or row. */
export const ItemCard = z.object({
  id: z.int(),
  type: ItemType,
  title: z.string(),
  year: z.int().nullable(),
  /** On seasons and episodes. */
  show: z.object({ id: z.int(), title: z.string() }).nullable(),
  seasonNumber: z.int().nullable(),
  episodeNumber: z.int().nullable(),
  poster: Picture.nullable(),
  backdrop: Picture.nullable(),
  still: Picture.nullable(),
  rating: z.number().nullable(),
  runtimeMs: z.int().nullable(),
  resolution: z.string(),
  /** Present files; 0 for what is known but not in the library. */
  fileCount: z.int(),
  /** On shows and seasons: episodes with files, and how many of them the caller has not watched. */
  episodeCount: z.int().nullable(),
  unwatchedCount: z.int().nullable(),
  addedAt: instant,
  state: PlayStateView.nullable(),
});

export const sorts = ['title', 'added', 'year', 'rating', 'runtime', 'released'] as const;
export const itemFilters = z.object({
  type: listOf(ItemType),
  libraryId: numericId.optional(),
  /** Title, original title, overview or cast contains this, in any script. */
  query: z.string().max(200).optional(),
  genre: listOf(z.string().max(200)),
  category: listOf(z.string().max(200)),
  source: listOf(z.string().max(200)),
  /** A person's name or id. */
  cast: z.string().max(200).optional(),
  yearFrom: z.coerce.number().int().optional(),
  yearTo: z.coerce.number().int().optional(),
  ratingFrom: z.coerce.number().min(0).max(100).optional(),
  resolution: listOf(z.string().max(20)),
  watched: z.enum(['watched', 'unwatched', 'inProgress']).optional(),
  /** First letter of the sort title, `#` for what is no letter. */
  initial: z.string().max(4).optional(),
  /** Also titles without files. */
  includeMissing: z.stringbool().optional(),
  sort: z.enum(sorts).default('title'),
  order: z.enum(['asc', 'desc']).optional(),
});

export const listItems = endpoint({
  verb: 'GET /items',
  tag: 'catalog',
  summary: 'Titles with filters, sorting and numbered pages.',
  description: 'Shows and films unless `type` says otherwise. `pageSize` up to 200.',
  access: 'guest',
  query: itemFilters.extend(pageQuery.shape),
  response: pageOf(ItemCard),
});
export const listMovies = endpoint({
  verb: 'GET /movies',
  tag: 'catalog',
  summary: 'Films, as `GET /items?type=movie`.',
  access: 'guest',
  query: itemFilters.omit({ type: true }).extend(pageQuery.shape),
  response: pageOf(ItemCard),
});
export const listShows = endpoint({
  verb: 'GET /shows',
  tag: 'catalog',
  summary: 'Shows, as `GET /items?type=show`.',
  access: 'guest',
  query: itemFilters.omit({ type: true }).extend(pageQuery.shape),
  response: pageOf(ItemCard),
});
export const listFacets = endpoint({
  verb: 'GET /items/facets',
  tag: 'catalog',
  summary: 'Counts for the filter chips and the A-Z rail, under the given filters.',
  access: 'guest',
  query: itemFilters,
  response: z.object({
    total: z.int(),
    /** In sort order; `offset` is how many titles come before this letter when sorted by title ascending. */
    initials: z.array(z.object({ initial: z.string(), count: z.int(), offset: z.int() })),
    genres: z.array(z.object({ name: z.string(), count: z.int() })),
    years: z.array(z.object({ year: z.int(), count: z.int() })),
    resolutions: z.array(z.object({ resolution: z.string(), count: z.int() })),
  }),
});

const PersonCard = z.object({ id: z.int(), name: z.string(), picture: Picture.nullable() });
const CreditView = z.object({ person: PersonCard, role: z.string(), character: z.string() });

export const StreamView = z.object({
  index: z.int(),
  type: z.enum(['video', 'audio', 'subtitle', 'attachment']),
  codec: z.string(),
  language: z.string(),
  title: z.string(),
  channels: z.int(),
  bitrateKbps: z.int(),
  default: z.boolean(),
  forced: z.boolean(),
  hearingImpaired: z.boolean(),
  /** A subtitle in a file of its own. */
  external: z.boolean(),
});
/** One file of a title: a version, a part of it, or an extra. */
export const FileView = z.object({
  id: z.int(),
  fileName: z.string(),
  /** Full path; administrators only. */
  path: z.string().nullable(),
  sizeBytes: z.int(),
  container: z.string(),
  videoCodec: z.string(),
  audioCodec: z.string(),
  hdr: z.string(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  resolution: z.string(),
  durationMs: z.int().nullable(),
  bitrate: z.int().nullable(),
  role: z.enum(['main', 'part', 'extra']),
  extraKind: z.string(),
  partNumber: z.int().nullable(),
  version: z.string(),
  missing: z.boolean(),
  problem: z.string(),
  matchSource: z.string(),
  matchConfidence: z.number(),
  streams: z.array(StreamView),
});

export const ItemDetail = ItemCard.extend({
  originalTitle: z.string().nullable(),
  sortTitle: z.string(),
  overview: z.string(),
  tagline: z.string(),
  status: z.string(),
  contentRating: z.string(),
  releaseDate: z.string().nullable(),
  logo: Picture.nullable(),
  genres: z.array(z.string()),
  categories: z.array(z.string()),
  sources: z.array(z.string()),
  studios: z.array(z.string()),
  externalIds: z.record(z.string(), z.string()),
  cast: z.array(CreditView),
  crew: z.array(CreditView),
  files: z.array(FileView),
  extras: z.array(FileView),
  /** On shows. */
  seasons: z.array(ItemCard),
  /** On seasons, and on shows with `?season=`. */
  episodes: z.array(ItemCard.extend({ overview: z.string(), releaseDate: z.string().nullable() })),
  /** What a play button starts: the title itself, or the next episode of a show or season. */
  playTarget: z
    .object({
      itemId: z.int(),
      label: z.enum(['play', 'resume', 'next', 'rewatch']),
      seasonNumber: z.int().nullable(),
      episodeNumber: z.int().nullable(),
      positionMs: z.int(),
    })
    .nullable(),
  /** Fields a rescan leaves alone. */
  locked: z.array(z.string()),
  /** Where each field came from: field → `nfo`, `manual`, a connection's name … */
  provenance: z.record(z.string(), z.string()),
  similar: z.array(ItemCard),
  /** What plugins add, through the hook `catalog.present`. */
  extra: z.record(z.string(), z.unknown()).optional(),
});
export const getItem = endpoint({
  verb: 'GET /items/:id',
  tag: 'catalog',
  summary: 'Everything about one title.',
  access: 'guest',
  params: idParams,
  query: z.object({ season: z.coerce.number().int().min(0).optional() }),
  response: ItemDetail,
});

export const editableFields = [
  'title',
  'originalTitle',
  'sortTitle',
  'year',
  'releaseDate',
  'overview',
  'tagline',
  'contentRating',
  'status',
  'genres',
  'categories',
  'sources',
  'studios',
] as const;
export const updateItem = endpoint({
  verb: 'PATCH /items/:id',
  tag: 'catalog',
  summary: 'Edits fields; an edited field is locked unless `locked` says otherwise.',
  access: 'admin',
  params: idParams,
  body: z.object({
    title: z.string().trim().min(1).max(2000).optional(),
    originalTitle: z.string().max(2000).nullable().optional(),
    sortTitle: z.string().trim().min(1).max(2000).optional(),
    year: z.int().min(1800).max(3000).nullable().optional(),
    releaseDate: z.iso.date().nullable().optional(),
    overview: z.string().max(50_000).optional(),
    tagline: z.string().max(5000).optional(),
    contentRating: z.string().max(100).optional(),
    status: z.string().max(100).optional(),
    genres: z.array(z.string().trim().min(1).max(200)).max(100).optional(),
    categories: z.array(z.string().trim().min(1).max(200)).max(100).optional(),
    sources: z.array(z.string().trim().min(1).max(200)).max(100).optional(),
    studios: z.array(z.string().trim().min(1).max(200)).max(100).optional(),
    /** The whole list of locked fields afterwards; `artwork.poster` and the like lock pictures. */
    locked: z.array(z.string().max(50)).max(50).optional(),
  }),
  response: ItemDetail,
});
export const refreshItem = endpoint({
  verb: 'POST /items/:id/refresh',
  tag: 'catalog',
  summary: 'Reads the metadata of a title again; locked fields stay.',
  access: 'admin',
  params: idParams,
  response: z.object({ jobId: z.uuid() }),
  status: 202,
});

const ArtworkView = Picture.extend({
  kind: z.string(),
  provider: z.string(),
  language: z.string().nullable(),
  selected: z.boolean(),
  locked: z.boolean(),
});
export const listArtwork = endpoint({
  verb: 'GET /items/:id/artwork',
  tag: 'catalog',
  summary: 'Every picture known of a title.',
  access: 'guest',
  params: idParams,
  response: listResponse(ArtworkView),
});
export const selectArtwork = endpoint({
  verb: 'PUT /items/:id/artwork/:artworkId',
  tag: 'catalog',
  summary: 'Chooses a picture and locks the choice.',
  access: 'admin',
  params: z.object({ id: numericId, artworkId: numericId }),
  response: listResponse(ArtworkView),
});
export const uploadArtwork = endpoint({
  verb: 'POST /items/:id/artwork',
  tag: 'catalog',
  summary: 'Uploads a picture (JPEG, PNG, WebP or AVIF), chooses it and locks the choice.',
  access: 'admin',
  params: idParams,
  query: z.object({ kind: z.enum(['poster', 'backdrop', 'logo', 'still', 'banner', 'landscape']) }),
  upload: { contentType: 'image/*', maxBytes: 20 * 1024 * 1024 },
  response: listResponse(ArtworkView),
  status: 201,
});
export const getPicture = endpoint({
  verb: 'GET /pictures/:id/:version',
  tag: 'catalog',
  summary: 'A picture, resized and kept on disk; immutable.',
  access: 'guest',
  params: z.object({ id: numericId, version: z.string().max(80) }),
  query: z.object({ width: z.coerce.number().int().min(1).max(3840).optional() }),
  raw: { contentType: 'image/webp', description: 'The picture as WebP (PNG and SVG logos keep their transparency).' },
});

export const getPerson = endpoint({
  verb: 'GET /people/:id',
  tag: 'catalog',
  summary: 'A person and what they were part of.',
  access: 'guest',
  params: idParams,
  response: PersonCard.extend({
    overview: z.string(),
    born: z.string().nullable(),
    died: z.string().nullable(),
    birthplace: z.string(),
    externalIds: z.record(z.string(), z.string()),
    credits: z.array(z.object({ item: ItemCard, role: z.string(), character: z.string() })),
  }),
});

export const search = endpoint({
  verb: 'GET /search',
  tag: 'catalog',
  summary: 'Titles, people and episodes at once, best first, from one letter on and in any script.',
  access: 'guest',
  query: z.object({
    query: z.string().trim().min(1).max(200),
    limit: z.coerce.number().int().min(1).max(50).default(10),
  }),
  response: z.object({ items: z.array(ItemCard), people: z.array(PersonCard) }),
});

/** Seed 000's own endpoints. */
const SeedMedia = z.object({
  id: z.int(),
  title: z.string(),
  type: ItemType,
  year: z.int().nullable(),
  categories: z.array(z.string()),
  sources: z.array(z.string()),
  cast: z.array(z.object({ id: z.int(), name: z.string(), imageUrl: z.string().nullable() })),
  imageUrl: z.string().nullable(),
});
export const listMedia = endpoint({
  verb: 'GET /media',
  aliases: ['GET //api/media'],
  tag: 'catalog',
  summary: 'Media by name (of the title or of anybody in its cast), categories, sources and cast.',
  access: 'guest',
  query: z
    .object({
      name: z.string().max(200).optional(),
      categories: listOf(z.string().max(200)),
      sources: listOf(z.string().max(200)),
      cast: listOf(z.string().max(200)),
    })
    .extend(pageQuery.shape),
  response: pageOf(SeedMedia),
});
export const getMedia = endpoint({
  verb: 'GET /media/:id',
  tag: 'catalog',
  summary: 'One medium, in the shape of the list.',
  access: 'guest',
  params: idParams,
  response: SeedMedia,
});
export const listCast = endpoint({
  verb: 'GET /cast',
  aliases: ['GET //cast'],
  tag: 'catalog',
  summary: 'All cast members.',
  access: 'guest',
  response: z.array(z.object({ id: z.int(), name: z.string(), imageUrl: z.string().nullable() })),
});

export const deleteItem = endpoint({
  verb: 'DELETE /items/:id',
  tag: 'catalog',
  summary: 'Forgets a title without files. Files are never touched.',
  access: 'admin',
  params: idParams,
  response: ok,
});
