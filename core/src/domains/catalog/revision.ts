import type { Database, Queries } from '../../kernel/database/database.ts';

/**
 * Begins a change of the catalogue inside a transaction. First of all in every one: it makes kept answers stale in all processes,
 * and its row lock lets one writer through at a time, so that find-or-create makes nothing twice.
 */
export const beginCatalogChange = (queries: Queries): Promise<number> =>
  queries.run('update catalog_revision set value = value + 1 where id = 1');

/** The state of the catalogue that an answer was made from. */
export interface CatalogStamp {
  value: number;
  edits: number;
  at: number;
}

/** `aging`: good enough once more, while a new one is being made. */
export type Standing = 'fresh' | 'aging' | 'stale';

export interface CatalogRevision {
  /** Reads the number at most ten times a second; after `edited`, and when asked to, at once. */
  stamp(anew?: boolean): Promise<CatalogStamp>;
  /** How an answer made at `kept` stands now. A scan in progress makes it stale only after a while. */
  standing(kept: CatalogStamp, now: CatalogStamp, lagMs?: number): Standing;
  /** Something changed that the next answer has to show. */
  edited(): void;
}

const rereadMs = 100;
/** While a scan writes several times a second, lists lag behind it this much rather than being made anew each time. */
const scanLagMs = 2000;
/** And give no answer that is older than this many times the lag. */
const patience = 3;
const rememberMs = 60_000;

export function createCatalogRevision(database: Database, clock: () => number = Date.now): CatalogRevision {
  let edits = 0;
  let last: CatalogStamp | undefined;
  /** States that are past, as they were seen last: until then they were the newest, whatever was edited before. */
  const past = new Map<number, CatalogStamp>();
  let reading: Promise<CatalogStamp> | undefined;

  const read = async (): Promise<CatalogStamp> => {
    const begun = edits;
    const row = await database.first<{ value: number }>('select value from catalog_revision where id = 1');
    const now: CatalogStamp = { value: row?.value ?? 0, edits: begun, at: clock() };
    if (last && last.value !== now.value) {
      past.set(last.value, last);
      for (const [value, { at }] of past) if (now.at - at > rememberMs) past.delete(value);
    }
    last = now;
    return now;
  };

  return {
    async stamp(anew = false) {
      if (anew) return read();
      if (last && last.edits === edits && clock() - last.at < rereadMs) return last;
      reading ??= read().finally(() => (reading = undefined));
      return reading;
    },
    standing(kept, now, lagMs = scanLagMs) {
      if (kept.value === now.value) return 'fresh';
      const seen = past.get(kept.value) ?? kept;
      if (seen.edits !== now.edits) return 'stale';
      const age = now.at - seen.at;
      if (age < lagMs) return 'fresh';
      return age < lagMs * patience ? 'aging' : 'stale';
    },
    edited() {
      edits += 1;
      reading = undefined;
    },
  };
}
