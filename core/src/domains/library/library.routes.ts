import { AppError } from '../../kernel/errors.ts';
import { route, type Call, type Route } from '../../kernel/http/endpoint.ts';
import { done } from '../../kernel/http/schema.ts';
import { findCandidates, type CandidatesParts } from './candidates.ts';
import type { Viewer } from './file-views.ts';
import { browseFolders } from './folder-browser.ts';
import { identifyItem, type IdentifyItemParts } from './identify-item.ts';
import type { LibrariesService } from './libraries.service.ts';
import * as api from './library.schema.ts';
import type { ReviewService } from './review.service.ts';
import type { ScanStarter } from './scan-starter.ts';

export interface LibraryRoutesParts {
  libraries: LibrariesService;
  scans: ScanStarter;
  review: ReviewService;
  candidates: CandidatesParts;
  items: IdentifyItemParts;
}

/** Libraries, their folders, the review queue and scans. */
export function libraryRoutes({ libraries, scans, review, candidates, items }: LibraryRoutesParts): Route[] {
  return [
    route(api.listLibraries, async ({ caller }) => ({
      items: (await libraries.list()).map((library) => shown(library, caller.role === 'admin')),
    })),
    route(api.getLibrary, async ({ params, caller }) => shown(await libraries.get(params.id), caller.role === 'admin')),
    route(api.createLibrary, ({ body, caller }) => libraries.create(body, caller.accountId)),
    route(api.updateLibrary, ({ params, body, caller }) => libraries.update(params.id, body, caller.accountId)),
    route(api.deleteLibrary, async ({ params }) => {
      await libraries.delete(params.id);
      return done;
    }),
    route(api.scanLibrary, async ({ params, body, caller }) => {
      const { id } = await scans.start(params.id, { full: body.full ?? false, accountId: caller.accountId });
      return { jobId: id };
    }),
    route(api.browseFolders, ({ query }) => browseFolders(query.path)),
    route(api.listLibraryFiles, ({ query, caller }) => {
      const { matchState, mediaType, libraryId, query: text } = query;
      return review.list({ matchState, mediaType, libraryId, query: text, sort: 'name' }, query, viewerOf(caller));
    }),
    route(api.rescan, async ({ body, caller }) => {
      const request = { accountId: caller.accountId };
      const jobIds = body.paths ? await scans.startPaths(body.paths, request) : await scans.startAll(request);
      const [jobId] = jobIds;
      if (jobId === undefined) {
        throw new AppError('conflict', 'There is no library to scan.', { fix: 'Add a library first.' });
      }
      return { jobId, jobIds, accepted: jobIds.length };
    }),
    route(api.listUnmatched, ({ query, caller }) => {
      const { libraryId, query: text, sort } = query;
      return review.list({ matchState: ['unmatched'], libraryId, query: text, sort }, query, viewerOf(caller));
    }),
    route(api.listCandidates, ({ params, query, caller, signal }) =>
      findCandidates(candidates, params.id, query, { accountId: caller.accountId, signal }),
    ),
    route(api.matchFile, ({ params, body, caller }) => review.match(params.id, body, viewerOf(caller))),
    route(api.unmatchFile, ({ params, caller }) => review.unmatch(params.id, viewerOf(caller))),
    route(api.ignoreFile, ({ params, body, caller }) => review.ignore(params.id, body.ignored, viewerOf(caller))),
    route(api.identifyItem, ({ params, body }) => identifyItem(items, params.id, body)),
    route(api.getLibraryFile, ({ params, caller }) => review.get(params.id, viewerOf(caller))),
  ];
}

const viewerOf = ({ accountId, role }: Call['caller']): Viewer => ({ accountId, paths: role === 'admin' });

type LibraryShown = Awaited<ReturnType<LibrariesService['get']>>;

/** Where folders are and what is wrong with them is for administrators. */
const shown = (library: LibraryShown, paths: boolean): LibraryShown =>
  paths
    ? library
    : {
        ...library,
        declaredAt: '',
        folders: library.folders.map((folder) => ({ ...folder, path: '', unavailableReason: '' })),
      };
