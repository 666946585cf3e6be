import type { Ctx } from './context.ts';
import type { ExternalIds, MediaData, MediaType } from './media.ts';

/** A release somebody offers for download. */
export interface HookRelease {
  title: string;
  /** The indexer's own reference; never a secret. */
  ref: string;
  indexer: string;
  /** Bytes. */
  size: number;
  protocol: 'usenet' | 'torrent';
  seeders?: number;
  /** ISO time. */
  at?: string;
  ids?: ExternalIds;
}

/** After the fact, in parallel; nothing comes back and nothing is undone by throwing. Ids are the server's, as text. */
export interface Events {
  'app.ready': { version: string };
  'app.stopping': Record<string, never>;
  'plugin.activated': { id: string; version: string };
  'plugin.failed': { id: string; reason: string };
  'plugin.disposed': { id: string };
  'connection.stateChanged': { id: string; contract: string; kind: string; state: string; reason: string };
  'library.item.identified': { fileId: string; itemId: string; confidence: number; reasons: string[] };
  'library.item.added': { ids: string[] };
  'library.item.updated': { ids: string[] };
  'library.item.removed': { ids: string[] };
  'download.started': { id: string; title: string };
  'download.progress': { id: string; done: number; total?: number; bytesPerSecond?: number };
  'download.completed': { id: string; title: string; itemId?: string };
  'download.failed': { id: string; title: string; reason: string };
  'import.completed': { id: string; itemId: string; paths: string[] };
  'playback.started': { accountId: string; itemId: string; fileId: string };
  'playback.progress': { accountId: string; itemId: string; positionMs: number; durationMs: number };
  'playback.stopped': { accountId: string; itemId: string; positionMs: number; durationMs: number };
  'watch.changed': { accountId: string; itemId: string; played: boolean; positionMs: number };
  'invitation.redeemed': { code: string; accountId: string };
  'account.created': { id: string; name: string };
}

/** A waterfall: give back a changed copy, or undefined to leave it. */
export interface Filters {
  'metadata.query': { type: MediaType; query: string; year?: number };
  /** What all sources said together, before it is stored. */
  'metadata.merged': MediaData;
  'search.request': { query: string; ids?: ExternalIds; type: MediaType };
  'search.releases': HookRelease[];
  'release.score': { release: HookRelease; score: number; reasons: string[] };
  'download.adding': { release: HookRelease; directory: string; category?: string };
  'import.plan': { files: { from: string; to: string }[] };
  'tracker.push': { plays: { itemId: string; at: string }[]; ratings: { itemId: string; value: number }[] };
  'notify.route': { event: string; title: string; body: string; connections: string[] };
  /** An item on its way to a client: what is added under `extra` goes along. */
  'catalog.present': { item: Record<string, unknown>; extra: Record<string, unknown> };
}

/** The first answer wins; undefined is no opinion. Each is `[question, answer]`. */
export interface Decisions {
  'scan.filter': [{ path: string; size: number; directory: boolean }, { skip: boolean; reason: string }];
  'release.accept': [{ release: HookRelease }, { accept: boolean; reason: string }];
  'auth.login': [{ name: string; address: string }, { allow: boolean; reason: string }];
}

/** Every hook by verb, for checking names at run time. */
export const hookNames = {
  on: [
    'app.ready',
    'app.stopping',
    'plugin.activated',
    'plugin.failed',
    'plugin.disposed',
    'connection.stateChanged',
    'library.item.identified',
    'library.item.added',
    'library.item.updated',
    'library.item.removed',
    'download.started',
    'download.progress',
    'download.completed',
    'download.failed',
    'import.completed',
    'playback.started',
    'playback.progress',
    'playback.stopped',
    'watch.changed',
    'invitation.redeemed',
    'account.created',
  ],
  filter: [
    'metadata.query',
    'metadata.merged',
    'search.request',
    'search.releases',
    'release.score',
    'download.adding',
    'import.plan',
    'tracker.push',
    'notify.route',
    'catalog.present',
  ],
  decide: ['scan.filter', 'release.accept', 'auth.login'],
} as const satisfies {
  on: readonly (keyof Events)[];
  filter: readonly (keyof Filters)[];
  decide: readonly (keyof Decisions)[];
};

/** The three verbs of hooks. */
export type HookVerb = keyof typeof hookNames;

/** When a tap runs among those of the same hook; within a stage the user's order of plugins decides, then their ids. */
export type Stage = 'early' | 'normal' | 'late';

/** A handler of a hook, alone or with its stage. */
export type Tap<Input, Result> =
  | ((input: Input, c: Ctx) => Promise<Result> | Result)
  | { stage?: Stage; run(input: Input, c: Ctx): Promise<Result> | Result };

/** The taps of a plugin, by verb and hook. */
export interface Hooks {
  on?: { [K in keyof Events]?: Tap<Events[K], void> };
  filter?: { [K in keyof Filters]?: Tap<Filters[K], Filters[K] | undefined> };
  decide?: { [K in keyof Decisions]?: Tap<Decisions[K][0], Decisions[K][1] | undefined> };
}
