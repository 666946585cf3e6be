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

export interface CatalogRevision {
  /** Reads the number at most ten times a second; after `edited` at once. */
  stamp(): Promise<CatalogStamp>;
  /** Whether an answer made at `kept` may still be given. A scan in progress makes it stale only after a while. */
  isFresh(kept: CatalogStamp, now: CatalogStamp, lagMs?: number): boolean;
  /** Something changed that the next answer has to show. */
  edited(): void;
}

const rereadMs = 100;
/** While a scan writes several times a second, lists lag behind it this much rather than being made anew each time. */
const scanLagMs = 2000;

export function createCatalogRevision(database: Database, clock: () => number = Date.now): CatalogRevision {
  let edits = 0;
  let last: CatalogStamp | undefined;
  let reading: Promise<CatalogStamp> | undefined;

  const read = async (): Promise<CatalogStamp> => {
    const begun = edits;
    const row = await database.first<{ value: number }>('select value from catalog_revision where id = 1');
    last = { value: row?.value ?? 0, edits: begun, at: clock() };
    return last;
  };

  return {
    async stamp() {
      if (last && last.edits === edits && clock() - last.at < rereadMs) return last;
      reading ??= read().finally(() => (reading = undefined));
      return reading;
    },
    isFresh: (kept, now, lagMs = scanLagMs) =>
      kept.edits === now.edits && (kept.value === now.value || now.at - kept.at < lagMs),
    edited() {
      edits += 1;
      reading = undefined;
    },
  };
}
