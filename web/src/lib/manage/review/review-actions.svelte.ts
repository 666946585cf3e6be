import { m } from '#messages';
import { ok } from '#lib/api/client.ts';
import { Query } from '#lib/api/query.svelte.ts';
import type { App } from '#lib/app.svelte.ts';
import type { Candidate, LibraryFile } from '#lib/identify/identify.svelte.ts';
import { canAccept } from './match-body.ts';
import type { Outcome, ReviewQueue } from './review-queue.svelte.ts';

/** What a person does in the review queue, each with its words and its way back. */
export class ReviewActions {
  /** The file the identify dialog is open for. */
  identifying = $state.raw<LibraryFile>();
  #others: LibraryFile[] = [];
  #app: App;
  #queue: ReviewQueue;

  constructor(app: App, queue: ReviewQueue) {
    this.#app = app;
    this.#queue = queue;
  }

  /** The titles a file might be; remembered, so that walking up and down asks once. */
  candidates({ id }: LibraryFile): Query<Candidate[]> {
    return new Query(
      async (signal) =>
        (
          await ok(
            this.#app.api.GET('/api/v1/library/{id}/candidates', { params: { path: { id }, query: {} }, signal }),
          )
        ).items,
      { cache: this.#app.cache, key: `candidates-${id}` },
    );
  }

  async ignore(files: readonly LibraryFile[]): Promise<void> {
    const ignored = this.#queue.shelf === 'unmatched';
    this.#queue.drop(files);
    const outcome = await this.#queue.ignore(files, ignored);
    const count = outcome.done.length;
    this.#tell(outcome, ignored ? m.review_ignored({ count }) : m.review_taken_back({ count }), () =>
      this.#queue.ignore(outcome.done, !ignored),
    );
  }

  async accept(file: LibraryFile, candidate: Candidate): Promise<void> {
    this.#queue.drop([file]);
    const outcome = await this.#queue.accept(file, candidate);
    this.#tell(outcome, m.identify_done({ file: file.fileName, title: candidate.title }), () =>
      this.#queue.unmatch(outcome.done),
    );
  }

  /** Takes the first candidate, when it is known already and nothing is left to ask. */
  async acceptBest(file: LibraryFile): Promise<void> {
    const best = this.#app.cache.get<Candidate[]>(`candidates-${file.id}`)?.[0];
    if (!best) return;
    if (canAccept(file, best)) await this.accept(file, best);
    else this.identify([file]);
  }

  /** Opens the dialog for the first file; with several, the others then go to the same show. */
  identify(files: readonly LibraryFile[]): void {
    [this.identifying, ...this.#others] = files;
  }

  /** Also before {@link identified}: the dialog closes first, then says what came of it. */
  close(): void {
    this.identifying = undefined;
  }

  async identified(file: LibraryFile): Promise<void> {
    const others = this.#others;
    this.#others = [];
    this.#queue.drop([file]);
    const showId = file.item?.show?.id ?? (file.item?.type === 'show' ? file.item.id : undefined);
    if (others.length === 0) return;
    if (showId === undefined) {
      this.#app.toasts.show(m.review_not_a_show(), { tone: 'danger' });
      return;
    }
    this.#queue.drop(others);
    const outcome = await this.#queue.matchShow(others, showId);
    const title = file.item?.show?.title ?? file.item?.title ?? '';
    this.#tell(outcome, m.review_matched({ count: outcome.done.length, title }), () =>
      this.#queue.unmatch([file, ...outcome.done]),
    );
  }

  #tell(outcome: Outcome, text: string, undo: () => Promise<Outcome>): void {
    if (outcome.error) {
      this.#app.toasts.fail(outcome.error);
      void this.#queue.load();
    }
    if (outcome.done.length === 0) return;
    const run = async () => {
      const undone = await undo();
      if (undone.error) this.#app.toasts.fail(undone.error);
      await this.#queue.load();
    };
    this.#app.toasts.show(text, { tone: 'ok', action: { label: m.action_undo(), run } });
  }
}
