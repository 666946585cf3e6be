import { z } from 'zod';
import { endpoint } from '../../kernel/http/endpoint.ts';
import { idParams, instant, listOf, listResponse, numericId, ok, pageOf, pageQuery } from '../../kernel/http/schema.ts';
import { FileView, ItemCard, ItemType } from '../catalog/catalog.schema.ts';

export const LibraryType = z.enum(['movies', 'shows', 'mixed']);
const RootFolder = z.object({
  id: z.int(),
  path: z.string(),
  available: z.boolean(),
  unavailableReason: z
    .string()
    .describe('Why it, or a disk that is mounted below it, could not be scanned; empty when all is well.'),
  lastScanAt: instant.nullable(),
  fileCount: z.int(),
  sizeBytes: z.int(),
  /** Files of which a person said what they are, or that they are nothing: what is forgotten with the folder for good. */
  decidedCount: z.int(),
});
/** Members without their defaults, for changes: there what is left out stays as it is. */
const settings = {
  /** Notices changes by itself, after files have been still for a while. */
  watch: z.boolean().describe('Watch the folders and scan what changes.'),
  settleSeconds: z.int().min(1).max(3600).describe('How long a file must be unchanged before it is looked at.'),
  language: z.string().max(35).describe('Preferred language of titles and descriptions.'),
  /** Below this confidence a file goes to the review queue. */
  matchThreshold: z.number().min(0).max(1).describe('Matches less certain than this wait in the review queue.'),
};
export const LibrarySettings = z.object({
  watch: settings.watch.default(true),
  settleSeconds: settings.settleSeconds.default(10),
  language: settings.language.default('en'),
  matchThreshold: settings.matchThreshold.default(0.6),
});
export const LibrarySettingsChange = z.object(settings).partial();
export const Library = z.object({
  id: z.int(),
  name: z.string(),
  type: LibraryType,
  settings: LibrarySettings,
  managedBy: z.enum(['ui', 'config', 'demo']),
  /** Where the configuration declares it, for example `vitascope.yaml:12`; empty where it does not, and for guests and members. */
  declaredAt: z.string(),
  folders: z.array(RootFolder),
  itemCount: z.int(),
  fileCount: z.int(),
  unmatchedCount: z.int(),
  missingCount: z.int(),
  /** Of all its folders. */
  decidedCount: z.int(),
  scanning: z.boolean(),
  createdAt: instant,
});

const folders = z.array(z.string().min(1).max(4096)).min(1).max(100);
export const listLibraries = endpoint({
  verb: 'GET /libraries',
  tag: 'library',
  summary: 'All libraries with counts.',
  access: 'guest',
  response: listResponse(Library),
});
export const getLibrary = endpoint({
  verb: 'GET /libraries/:id',
  tag: 'library',
  summary: 'One library.',
  access: 'guest',
  params: idParams,
  response: Library,
});
export const createLibrary = endpoint({
  verb: 'POST /libraries',
  tag: 'library',
  summary: 'Adds a library; every folder must be there and readable. A first scan starts.',
  access: 'admin',
  body: z.object({
    name: z.string().trim().min(1).max(100),
    type: LibraryType,
    folders,
    settings: LibrarySettingsChange.optional(),
  }),
  response: z.object({ library: Library, jobId: z.uuid() }),
  status: 201,
});
export const updateLibrary = endpoint({
  verb: 'PATCH /libraries/:id',
  tag: 'library',
  summary: 'Changes name, type, folders or settings.',
  description:
    'A folder that is left out of `folders` is forgotten with its titles, and with what people said of its files (`decidedCount`): added again, they are recognised anew.',
  access: 'admin',
  params: idParams,
  body: z
    .object({
      name: z.string().trim().min(1).max(100),
      type: LibraryType,
      folders,
      settings: LibrarySettingsChange,
    })
    .partial(),
  response: Library,
});
export const deleteLibrary = endpoint({
  verb: 'DELETE /libraries/:id',
  tag: 'library',
  summary: 'Forgets a library and the titles that only it had. Files are never touched.',
  description:
    'What people said of its files (`decidedCount`) is forgotten too: added again, they are recognised anew.',
  access: 'admin',
  params: idParams,
  response: ok,
});
export const scanLibrary = endpoint({
  verb: 'POST /libraries/:id/scan',
  tag: 'library',
  summary: 'Scans one library.',
  access: 'admin',
  params: idParams,
  body: z.object({
    full: z.boolean().optional().describe('Probe and read sidecars again even where nothing changed.'),
  }),
  response: z.object({ jobId: z.uuid() }),
  status: 202,
});

export const browseFolders = endpoint({
  verb: 'GET /folders',
  tag: 'library',
  summary: 'Folders of the server, for choosing a root folder.',
  access: 'admin',
  query: z.object({ path: z.string().max(4096).optional() }),
  response: z.object({
    path: z.string(),
    parent: z.string().nullable(),
    folders: z.array(z.object({ name: z.string(), path: z.string(), readable: z.boolean() })),
    mediaFileCount: z.int(),
  }),
});

export const MatchReason = z.object({ text: z.string(), weight: z.number() });
export const LibraryFile = FileView.extend({
  libraryId: z.int(),
  matchState: z.enum(['matched', 'unmatched', 'ignored']),
  reasons: z.array(MatchReason),
  /** What the name was understood as. */
  parsed: z.object({
    title: z.string(),
    year: z.int().nullable(),
    season: z.int().nullable(),
    episodes: z.array(z.int()),
    type: z.string(),
  }),
  item: ItemCard.nullable(),
  discoveredAt: instant,
  updatedAt: instant,
});

/** Seed 003, Phase 3A. */
export const listLibraryFiles = endpoint({
  verb: 'GET /library',
  tag: 'library',
  summary: 'Files of the library with the titles they belong to.',
  access: 'guest',
  query: z
    .object({
      matchState: listOf(z.enum(['matched', 'unmatched', 'ignored'])),
      mediaType: listOf(ItemType),
      query: z.string().max(200).optional(),
      libraryId: numericId.optional(),
    })
    .extend(pageQuery.shape),
  response: pageOf(LibraryFile),
});
export const rescan = endpoint({
  verb: 'POST /library/rescan',
  tag: 'library',
  summary: 'Scans all libraries, or those of the given root folders.',
  access: 'admin',
  body: z.object({ paths: z.array(z.string().max(4096)).max(100).optional() }),
  response: z.object({ jobId: z.uuid(), jobIds: z.array(z.uuid()), accepted: z.int() }),
  status: 202,
});
export const listUnmatched = endpoint({
  verb: 'GET /library/unmatched',
  tag: 'library',
  summary: 'The review queue: files without a certain match.',
  access: 'admin',
  query: z
    .object({
      query: z.string().max(200).optional(),
      libraryId: numericId.optional(),
      sort: z.enum(['updated', 'name', 'confidence']).default('updated'),
    })
    .extend(pageQuery.shape),
  response: pageOf(LibraryFile),
});

const Candidate = z.object({
  /** What `matchFile` takes: an item that is there already, or a title at a metadata connection. */
  itemId: z.int().nullable(),
  connectionId: z.uuid().nullable(),
  entryId: z.string().nullable(),
  provider: z.string(),
  type: ItemType,
  title: z.string(),
  year: z.int().nullable(),
  overview: z.string(),
  pictureUrl: z.string().nullable(),
  score: z.number(),
  reasons: z.array(MatchReason),
});
export const listCandidates = endpoint({
  verb: 'GET /library/:id/candidates',
  tag: 'library',
  summary: 'Titles a file might be, from the catalogue and every metadata connection, best first.',
  access: 'admin',
  params: idParams,
  query: z.object({
    query: z.string().max(200).optional(),
    type: ItemType.optional(),
    year: z.coerce.number().int().optional(),
  }),
  response: z.object({
    items: z.array(Candidate),
    failures: z.array(z.object({ provider: z.string(), message: z.string() })),
  }),
});
const position = {
  season: z.int().min(0).max(10_000).optional(),
  episodes: z.array(z.int().min(0).max(100_000)).max(50).optional(),
};
export const matchFile = endpoint({
  verb: 'POST /library/:id/match',
  tag: 'library',
  summary: 'Says what a file is; survives rescan, rename and move.',
  description:
    'One of `mediaId` (an item), `candidate` (a title at a metadata connection) or `create` (a new typed item). `force` replaces an earlier manual match.',
  access: 'admin',
  params: idParams,
  body: z.object({
    mediaId: z.int().positive().optional(),
    candidate: z.object({ connectionId: z.uuid(), entryId: z.string().max(500), type: ItemType }).optional(),
    create: z
      .object({
        type: z.enum(['movie', 'show']),
        title: z.string().trim().min(1).max(2000),
        year: z.int().min(1800).max(3000).optional(),
      })
      .optional(),
    /** Where the file belongs in a show. */
    ...position,
    force: z.boolean().optional(),
  }),
  response: LibraryFile,
});
export const unmatchFile = endpoint({
  verb: 'DELETE /library/:id/match',
  tag: 'library',
  summary: 'Takes a match back; the file goes to the review queue.',
  access: 'admin',
  params: idParams,
  response: LibraryFile,
});
export const ignoreFile = endpoint({
  verb: 'POST /library/:id/ignore',
  tag: 'library',
  summary: 'Leaves a file out of the library and the review queue, or takes it in again.',
  access: 'admin',
  params: idParams,
  body: z.object({ ignored: z.boolean() }),
  response: LibraryFile,
});
export const getLibraryFile = endpoint({
  verb: 'GET /library/:id',
  tag: 'library',
  summary: 'One file with streams, match and reasons.',
  access: 'admin',
  params: idParams,
  response: LibraryFile,
});
export const identifyItem = endpoint({
  verb: 'POST /items/:id/identify',
  tag: 'library',
  summary: 'Says what a whole film or show is: all its files go to another title.',
  description:
    'One of `mediaId` (a film or show of the catalogue) or `candidate` (one at a metadata connection). Files of a show go to the episodes of the same numbers. Survives rescan, rename and move.',
  access: 'admin',
  params: idParams,
  body: z.object({
    mediaId: z.int().positive().optional(),
    candidate: z.object({ connectionId: z.uuid(), entryId: z.string().max(500), type: ItemType }).optional(),
  }),
  response: z.object({ itemId: z.int() }),
});
