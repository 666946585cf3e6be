import type { Bindable, Database, Queries } from '../../kernel/database/database.ts';
import { unplayed, type PlayState } from './play-state.ts';

interface Row {
  item_id: number;
  file_id: number | null;
  position_ms: number;
  duration_ms: number;
  played: boolean | number;
  play_count: number;
  last_played_at: number | null;
  updated_at: number;
}

/** A stored state with what belongs to it but takes no part in the rules. */
export interface StoredState extends PlayState {
  itemId: number;
  fileId: number | null;
  updatedAt: number;
}

export interface StateExtras {
  fileId?: number;
  audioIndex?: number | null;
  subtitleId?: string | null;
}

/** Which titles change, and when they did. */
export interface ChangeTarget {
  itemIds: readonly number[];
  at: number;
  extras?: StateExtras;
}

export interface PlayRecord {
  id: number;
  itemId: number;
  playedAt: number;
  source: string;
}

const columns = 'item_id, file_id, position_ms, duration_ms, played, play_count, last_played_at, updated_at';

/** The tables `play_states` and `plays`. */
export class PlayStateStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(accountId: string, itemIds: readonly number[]): Promise<Map<number, StoredState>> {
    return this.#find(this.#database, accountId, itemIds);
  }

  /** Newest first. */
  async list(
    accountId: string,
    page: { kind: 'touched' | 'inProgress' | 'continuable'; limit: number; offset: number },
  ): Promise<StoredState[]> {
    const rows = await this.#database.all<Row>(
      `select ${columns} from play_states where account_id = ? and ${conditions[page.kind]}
       order by updated_at desc, item_id limit ? offset ?`,
      [accountId, page.limit, page.offset],
    );
    return rows.map(stateOf);
  }

  async count(accountId: string, kind: 'touched' | 'inProgress' | 'continuable'): Promise<number> {
    const row = await this.#database.first<{ n: number }>(
      `select count(*) as n from play_states where account_id = ? and ${conditions[kind]}`,
      [accountId],
    );
    return Number(row?.n ?? 0);
  }

  /**
   * Reads the states of these items, lets `change` decide, and writes what it gives back, with a line in the log for each
   * completed viewing. One short transaction.
   */
  async change(
    accountId: string,
    { itemIds, at, extras = {} }: ChangeTarget,
    change: (itemId: number, before: PlayState) => { state: PlayState; completed: boolean } | undefined,
  ): Promise<Map<number, PlayState>> {
    return this.#database.transaction(async (queries) => {
      const before = await this.#find(queries, accountId, itemIds);
      const changes = itemIds.flatMap((itemId) => {
        const result = change(itemId, before.get(itemId) ?? unplayed);
        return result ? [{ itemId, ...result }] : [];
      });
      await queries.insert(
        'play_states',
        changes.map(({ itemId, state }) => stateRow({ accountId, itemId, at, state, extras })),
        { onConflict: { columns: ['account_id', 'item_id'], update: updatable(extras) } },
      );
      const completed = changes.filter((entry) => entry.completed);
      await queries.insert(
        'plays',
        completed.map(({ itemId, state }) => playRow(accountId, itemId, state.lastPlayedAt ?? at, at)),
      );
      return new Map(changes.map(({ itemId, state }) => [itemId, state]));
    });
  }

  async hide(accountId: string, itemIds: readonly number[]): Promise<number> {
    if (itemIds.length === 0) return 0;
    return this.#database.run(
      `update play_states set hidden_from_continue = ? where account_id = ? and item_id in (${marks(itemIds)})`,
      [true, accountId, ...itemIds],
    );
  }

  async plays(accountId: string, page: { limit: number; offset: number; itemId?: number }): Promise<PlayRecord[]> {
    const own = page.itemId === undefined ? '' : 'and item_id = ?';
    const rows = await this.#database.all<{ id: number; item_id: number; played_at: number; source: string }>(
      `select id, item_id, played_at, source from plays where account_id = ? ${own} order by played_at desc, id desc limit ? offset ?`,
      [accountId, ...(page.itemId === undefined ? [] : [page.itemId]), page.limit, page.offset],
    );
    return rows.map((row) => ({
      id: Number(row.id),
      itemId: Number(row.item_id),
      playedAt: Number(row.played_at),
      source: row.source,
    }));
  }

  async countPlays(accountId: string): Promise<number> {
    const row = await this.#database.first<{ n: number }>('select count(*) as n from plays where account_id = ?', [
      accountId,
    ]);
    return Number(row?.n ?? 0);
  }

  deletePlay(accountId: string, id: number): Promise<number> {
    return this.#database.run('delete from plays where account_id = ? and id = ?', [accountId, id]);
  }

  async #find(queries: Queries, accountId: string, itemIds: readonly number[]): Promise<Map<number, StoredState>> {
    if (itemIds.length === 0) return new Map();
    const rows = await queries.all<Row>(
      `select ${columns} from play_states where account_id = ? and item_id in (${marks(itemIds)})`,
      [accountId, ...itemIds],
    );
    return new Map(rows.map((row) => [Number(row.item_id), stateOf(row)]));
  }
}

const conditions = {
  touched: '(position_ms > 0 or play_count > 0)',
  inProgress: 'position_ms > 0',
  continuable: '(position_ms > 0 or played) and not hidden_from_continue',
} as const;

const marks = (list: readonly unknown[]): string => list.map(() => '?').join(', ');

const stateOf = (row: Row): StoredState => ({
  itemId: Number(row.item_id),
  fileId: row.file_id === null ? null : Number(row.file_id),
  positionMs: Number(row.position_ms),
  durationMs: Number(row.duration_ms),
  played: !!row.played,
  playCount: Number(row.play_count),
  lastPlayedAt: row.last_played_at === null ? undefined : Number(row.last_played_at),
  updatedAt: Number(row.updated_at),
});

interface RowParts {
  accountId: string;
  itemId: number;
  at: number;
  state: PlayState;
  extras: StateExtras;
}

const stateRow = ({ accountId, itemId, at, state, extras }: RowParts): Record<string, Bindable> => ({
  account_id: accountId,
  item_id: itemId,
  position_ms: Math.round(state.positionMs),
  duration_ms: Math.round(state.durationMs),
  played: state.played,
  play_count: state.playCount,
  last_played_at: state.lastPlayedAt ?? null,
  hidden_from_continue: false,
  updated_at: at,
  ...(extras.fileId !== undefined && { file_id: extras.fileId }),
  ...(extras.audioIndex !== undefined && { audio_track: extras.audioIndex }),
  ...(extras.subtitleId !== undefined && { subtitle_track: extras.subtitleId }),
});

const updatable = (extras: StateExtras): string[] => [
  'position_ms',
  'duration_ms',
  'played',
  'play_count',
  'last_played_at',
  'hidden_from_continue',
  'updated_at',
  ...(extras.fileId !== undefined ? ['file_id'] : []),
  ...(extras.audioIndex !== undefined ? ['audio_track'] : []),
  ...(extras.subtitleId !== undefined ? ['subtitle_track'] : []),
];

const playRow = (accountId: string, itemId: number, playedAt: number, at: number): Record<string, Bindable> => ({
  account_id: accountId,
  item_id: itemId,
  played_at: playedAt,
  original_at: playedAt,
  created_at: at,
});
