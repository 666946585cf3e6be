import { setImmediate as turn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../kernel/database/database.ts';
import { createIdSet, parseIds } from './id-set.ts';
import type { IdSet } from './id-set.ts';
import type { SqlFragment } from '../../kernel/database/sql-fragment.ts';
import type { CatalogRevision, CatalogStamp } from './revision.ts';

/** What kept ids must not be older than. */
export interface Freshness {
  stamp: CatalogStamp;
  /** Revision of the account's play states, 0 where they do not matter. */
  states: number;
  /** How long they may lag behind a scan; as long as lists unless told. */
  lagMs?: number;
  /** Notes the oldest state that a part came from, for what is being made of several. */
  made?: { from: CatalogStamp };
}

/** Whole columns of ids by one statement each, kept in memory until the catalogue changes. */
export interface IdQueries {
  /** Ids in the order that the select (of a column `id`) gives them. */
  list(select: SqlFragment, freshness: Freshness): Promise<Uint32Array>;
  set(select: SqlFragment, freshness: Freshness): Promise<IdSet>;
  /** Ids with the numbers (column `value`) that they are ordered by, ascending. */
  column(select: SqlFragment, freshness: Freshness): Promise<NumberColumn>;
  /** A set for each `value` of a grouped select that calls `gather` for its `ids`. */
  groups<Value extends string | number>(select: SqlFragment, freshness: Freshness): Promise<ReadonlyMap<Value, IdSet>>;
  /** SQL that gathers ids into one text: quicker by far than a row each. */
  gather(column: string): string;
  /** Keeps what was made of other answers; those are to be asked for with the freshness that `make` gets. */
  keep<T extends object>(
    key: string,
    freshness: Freshness,
    size: (value: T) => number,
    make: (freshness: Freshness) => Promise<T>,
  ): Promise<T>;
  /** Makes what was asked for lately and is no longer new once more, so that nobody has to wait for it. Never rejects. */
  renewKept(): Promise<void>;
}

export interface NumberColumn {
  ids: Uint32Array;
  values: Float64Array;
}

interface Kept {
  value: object;
  /** Makes it anew, of parts that lag behind no more than this. */
  renew(stamp: CatalogStamp, lagMs?: number): Promise<Kept>;
  size: number;
  stamp: CatalogStamp;
  states: number;
  /** When somebody wanted it last. */
  askedAt: number;
}

/** Numbers in all, four bytes each. */
const keptNumbers = 4_000_000;
const overhead = 200;
/** A question is held with its parts in its key, and once more to be asked again. */
const numbersOf = (key: string): number => Math.ceil(key.length / 2);
/** Renewing everything may take so long, in milliseconds. */
const renewMs = 3000;
/** What nobody asked for so long, searches of last week among it, is made anew only when somebody does. */
const lately = 300_000;

export function createIdQueries(database: Database, revision: CatalogRevision): IdQueries {
  const kept = new LRUCache<string, Kept>({
    maxSize: keptNumbers,
    sizeCalculation: ({ size }, key) => size + overhead + numbersOf(key),
  });
  const making = new Map<string, Promise<Kept>>();
  /** What is aging and was asked for, renewed one by one, so that a scan's progress costs no request its turn. */
  const aging = new Map<string, Kept>();
  let renewing = false;

  const renew = (
    key: string,
    { stamp, states, lagMs }: Freshness,
    size: (value: never) => number,
    make: (freshness: Freshness) => Promise<object>,
  ): Promise<Kept> => {
    // What is being read for an older state of catalogue or account must not answer this call.
    const makingKey = `${stamp.value} ${stamp.edits} ${states} ${key}`;
    const known = making.get(makingKey);
    if (known) return known;
    const work = async (): Promise<Kept> => {
      const made = { from: stamp };
      const value = await make({ stamp, states, ...(lagMs !== undefined && { lagMs }), made });
      const again: Kept['renew'] = (now, lag = lagMs) =>
        renew(key, { stamp: now, states, ...(lag !== undefined && { lagMs: lag }) }, size, make);
      const entry: Kept = {
        value,
        size: size(value as never),
        stamp: made.from,
        states,
        askedAt: stamp.at,
        renew: again,
      };
      kept.set(key, entry);
      return entry;
    };
    const result = work().finally(() => making.delete(makingKey));
    making.set(makingKey, result);
    return result;
  };

  const renewAging = async (): Promise<void> => {
    renewing = true;
    for (const [key, entry] of aging) {
      await turn();
      const renewal = revision.stamp().then((stamp) => entry.renew(stamp));
      // A fault is told to whoever asks once the old answer is no longer good enough.
      await renewal.catch(() => undefined);
      aging.delete(key);
    }
    renewing = false;
  };

  const keep: IdQueries['keep'] = async (key, freshness, size, make) => {
    const { stamp, states, lagMs, made } = freshness;
    const give = (entry: Kept): never => {
      if (made && entry.stamp.value < made.from.value) made.from = entry.stamp;
      return entry.value as never;
    };
    const entry = kept.get(key);
    const standing = entry?.states === states ? revision.standing(entry.stamp, stamp, lagMs) : 'stale';
    if (!entry || standing === 'stale') return give(await renew(key, freshness, size, make));
    entry.askedAt = stamp.at;
    if (standing === 'aging' && !aging.has(key)) {
      aging.set(key, entry);
      if (!renewing) void renewAging();
    }
    return give(entry);
  };

  const renewKept = async (): Promise<void> => {
    const stamp = await revision.stamp();
    const until = performance.now() + renewMs;
    // The latest that were asked for come first; what is left over is made when somebody asks.
    for (const entry of [...kept.values()]) {
      if (performance.now() > until) return;
      if (entry.stamp.value === stamp.value || stamp.at - entry.askedAt > lately) continue;
      await turn();
      const renewed = await entry.renew(stamp, 0);
      renewed.askedAt = entry.askedAt;
    }
  };

  const gather = (column: string): string =>
    database.dialect === 'sqlite' ? `group_concat(${column})` : `string_agg(${column}::text, ',')`;
  const read = async ({ sql, parameters }: SqlFragment): Promise<Uint32Array> => {
    const row = await database.aside.first<{ ids: string | null }>(
      `select ${gather('id')} as ids from (${sql}) as found`,
      parameters,
    );
    return parseIds(row?.ids);
  };
  const readColumn = async ({ sql, parameters }: SqlFragment): Promise<NumberColumn> => {
    const row = await database.aside.first<{ ids: string | null; numbers: string | null }>(
      `select ${gather('id')} as ids, ${gather('value')} as numbers from (${sql}) as found`,
      parameters,
    );
    const ids = parseIds(row?.ids);
    return { ids, values: ids.length === 0 ? new Float64Array() : Float64Array.from(row!.numbers!.split(','), Number) };
  };
  const keyOf = (kind: string, { sql, parameters }: SqlFragment): string =>
    `${kind} ${sql} ${JSON.stringify(parameters)}`;

  return {
    gather,
    keep,
    // A fault is told to whoever asks next; what could not be made is read then.
    renewKept: () => renewKept().catch(() => undefined),
    list: (select, freshness) =>
      keep(
        keyOf('list', select),
        freshness,
        (ids) => ids.length,
        () => read(select),
      ),
    set: (select, freshness) =>
      keep(
        keyOf('set', select),
        freshness,
        (set) => set.words.length,
        async () => createIdSet(await read(select)),
      ),
    column: (select, freshness) =>
      keep(
        keyOf('column', select),
        freshness,
        ({ ids }) => ids.length * 3,
        () => readColumn(select),
      ),
    groups: (select, freshness) =>
      keep(keyOf('groups', select), freshness, sizeOfGroups, async () => {
        const rows = await database.aside.all<{ value: never; ids: string }>(select.sql, select.parameters);
        return new Map(rows.map(({ value, ids }) => [value, createIdSet(parseIds(ids))]));
      }),
  };
}

const sizeOfGroups = (groups: ReadonlyMap<unknown, IdSet>): number =>
  groups.values().reduce((sum, set) => sum + set.words.length, 0);
