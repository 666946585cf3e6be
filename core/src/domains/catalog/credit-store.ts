import type { Credit } from '@vitascope/sdk';
import type { Queries } from '../../kernel/database/database.ts';
import { resolvePeople } from './people-store.ts';
import { inNumbers, storable } from '../../kernel/database/sql-fragment.ts';

/** The credits an item shall have. */
export interface ItemCredits {
  itemId: number;
  isNew: boolean;
  credits: readonly Credit[];
}

interface CreditRow {
  item_id: number;
  person_id: number;
  role: string;
  character: string;
  position: number;
}

/** Stores who took part in what; says which items changed. */
export async function storeCredits(queries: Queries, items: readonly ItemCredits[], now: number): Promise<Set<number>> {
  const people = await resolvePeople(
    queries,
    items.flatMap(({ credits }) => credits),
    now,
  );
  const existing = await loadCreditRows(
    queries,
    items.filter(({ isNew }) => !isNew).map(({ itemId }) => itemId),
  );
  const rows: CreditRow[] = [];
  const changed = new Set<number>();
  const stale: number[] = [];
  let next = 0;
  for (const { itemId, credits } of items) {
    const wanted = credits.map((credit, position) => ({
      item_id: itemId,
      person_id: people[next++]!,
      role: storable(credit.role),
      character: storable(credit.character ?? ''),
      position,
    }));
    const before = existing.get(itemId) ?? [];
    if (JSON.stringify(before) === JSON.stringify(wanted)) continue;
    if (before.length > 0) stale.push(itemId);
    rows.push(...wanted);
    changed.add(itemId);
  }
  if (stale.length > 0) {
    const gone = inNumbers(queries.dialect, 'item_id', stale);
    await queries.run(`delete from credits where ${gone.sql}`, gone.parameters);
  }
  await queries.insert('credits', rows as unknown as Record<string, string | number>[]);
  return changed;
}

async function loadCreditRows(queries: Queries, itemIds: readonly number[]): Promise<Map<number, CreditRow[]>> {
  if (itemIds.length === 0) return new Map();
  const items = inNumbers(queries.dialect, 'item_id', itemIds);
  const rows = await queries.all<CreditRow>(
    `select item_id, person_id, role, character, position from credits where ${items.sql} order by item_id, position`,
    items.parameters,
  );
  return Map.groupBy(
    rows.map((row) => ({ ...row })),
    (row) => row.item_id,
  );
}
