import type { Queries } from '../../kernel/database/database.ts';
import type { ItemKeeper } from '../catalog/ports.ts';

/** Titles that somebody watched or began stay in the catalogue when their files go. */
export const playedItems: ItemKeeper = {
  async kept(queries: Queries, itemIds: readonly number[]): Promise<ReadonlySet<number>> {
    if (itemIds.length === 0) return new Set();
    const marks = itemIds.map(() => '?').join(', ');
    const rows = await queries.all<{ item_id: number }>(
      `select item_id from play_states where item_id in (${marks}) union select item_id from plays where item_id in (${marks})`,
      [...itemIds, ...itemIds],
    );
    return new Set(rows.map((row) => Number(row.item_id)));
  },
};
