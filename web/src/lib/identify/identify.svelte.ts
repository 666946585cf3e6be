import type { components, paths } from '#lib/api/schema.d.ts';
import { ok } from '#lib/api/client.ts';
import { fieldFaults, friendlyError, type FriendlyError } from '#lib/api/problem.ts';
import type { App } from '#lib/app.svelte.ts';
import { readEpisodes } from './read-episodes.ts';

export type LibraryFile = components['schemas']['LibraryFile'];
export type Candidate =
  paths['/api/v1/library/{id}/candidates']['get']['responses']['200']['content']['application/json']['items'][number];
type MatchBody = paths['/api/v1/library/{id}/match']['post']['requestBody']['content']['application/json'];
export type MatchType = 'movie' | 'show';

/** A film or show of which all files go to another title together. */
export interface WholeTitle {
  id: number;
  title: string;
  year: number | null;
  type: MatchType;
}

export interface IdentificationOptions {
  /** The file, or one of the title's files: candidates are looked for by it. */
  fileId: number;
  whole?: WholeTitle;
}

/** What a person says a file is, step by step: words to search by, a candidate or a new title, and the place in a show. */
export class Identification {
  file = $state.raw<LibraryFile | undefined>();
  query = $state('');
  year = $state<number | null>(null);
  type = $state<MatchType>('movie');
  season = $state<number | null>(null);
  /** As typed: `3`, `3, 4` or `3-5`. */
  episodes = $state('');
  candidates = $state.raw<readonly Candidate[]>();
  failures = $state.raw<readonly { provider: string; message: string }[]>([]);
  chosen = $state.raw<Candidate | undefined>();
  error = $state.raw<FriendlyError | undefined>();
  faults = $state.raw<Record<string, string>>({});
  busy = $state(false);
  #app: Pick<App, 'api'>;
  #fileId: number;
  readonly whole: WholeTitle | undefined;
  #searching: AbortController | undefined;

  constructor(app: Pick<App, 'api'>, { fileId, whole }: IdentificationOptions) {
    this.#app = app;
    this.#fileId = fileId;
    this.whole = whole;
  }

  /** Reads the file, takes over what its name was understood as, and looks for candidates. */
  async begin(): Promise<void> {
    this.error = undefined;
    try {
      const file = await ok(this.#app.api.GET('/api/v1/library/{id}', { params: { path: { id: this.#fileId } } }));
      const { parsed } = file;
      this.file = file;
      this.query = this.whole?.title ?? parsed.title;
      this.year = this.whole ? this.whole.year : parsed.year;
      this.type = this.whole?.type ?? (parsed.type === 'movie' && parsed.episodes.length === 0 ? 'movie' : 'show');
      this.season = parsed.season;
      this.episodes = parsed.episodes.join(', ');
    } catch (error) {
      this.error = friendlyError(error);
      return;
    }
    await this.search();
  }

  async search(): Promise<void> {
    this.#searching?.abort();
    const own = (this.#searching = new AbortController());
    this.candidates = undefined;
    this.chosen = undefined;
    this.error = undefined;
    try {
      const query = { query: this.query.trim() || undefined, type: this.type, year: this.year ?? undefined };
      const answer = await ok(
        this.#app.api.GET('/api/v1/library/{id}/candidates', {
          params: { path: { id: this.#fileId }, query },
          signal: own.signal,
        }),
      );
      if (own.signal.aborted) return;
      this.candidates = answer.items;
      this.failures = answer.failures;
    } catch (error) {
      if (!own.signal.aborted) this.error = friendlyError(error);
    }
  }

  /** Whether season and episode are asked for: the file belongs into a show and not to one episode that is there already. */
  get needsPlace(): boolean {
    return !this.whole && (this.chosen?.type ?? this.type) === 'show';
  }

  matchChosen(): Promise<LibraryFile | undefined> {
    const chosen = this.chosen;
    if (!chosen) return Promise.resolve(undefined);
    if (chosen.itemId !== null) return this.#match({ mediaId: chosen.itemId });
    return this.#match({
      candidate: { connectionId: chosen.connectionId ?? '', entryId: chosen.entryId ?? '', type: chosen.type },
    });
  }

  /** Gives all files of the whole title to the chosen candidate; the number of that title, or undefined when it failed. */
  async identifyWhole(): Promise<number | undefined> {
    const { chosen, whole } = this;
    if (!chosen || !whole) return undefined;
    const body =
      chosen.itemId !== null
        ? { mediaId: chosen.itemId }
        : { candidate: { connectionId: chosen.connectionId ?? '', entryId: chosen.entryId ?? '', type: chosen.type } };
    const answer = await this.#attempt(() =>
      ok(this.#app.api.POST('/api/v1/items/{id}/identify', { params: { path: { id: whole.id } }, body })),
    );
    return answer?.itemId;
  }

  create(): Promise<LibraryFile | undefined> {
    return this.#match({ create: { type: this.type, title: this.query.trim(), year: this.year ?? undefined } });
  }

  #match(what: MatchBody): Promise<LibraryFile | undefined> {
    const place = this.needsPlace ? { season: this.season ?? undefined, episodes: readEpisodes(this.episodes) } : {};
    const body = { ...what, ...place, force: true };
    return this.#attempt(() =>
      ok(this.#app.api.POST('/api/v1/library/{id}/match', { params: { path: { id: this.#fileId } }, body })),
    );
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.busy = true;
    this.error = undefined;
    this.faults = {};
    try {
      return await work();
    } catch (error) {
      this.error = friendlyError(error);
      this.faults = fieldFaults(error);
      return undefined;
    } finally {
      this.busy = false;
    }
  }
}
