import type { Bindable, Queries } from '../../kernel/database/database.ts';

/** Columns of `media_items` that are written for many items at once, and their types on PostgreSQL. */
const types = {
  file_count: 'integer',
  episode_count: 'integer',
  resolution_label: 'text',
  runtime_ms: 'bigint',
  added_at: 'bigint',
  shelf: 'smallint',
  provenance: 'jsonb',
  poster_id: 'bigint',
  backdrop_id: 'bigint',
  logo_id: 'bigint',
  still_id: 'bigint',
  pictures: 'jsonb',
} as const;
type Column = keyof typeof types;

/** New values of one item; JSON as text. All items of a call name the same columns. */
export type ItemUpdate = { id: number } & Partial<Record<Column, Bindable>>;

/** Writes many items: on SQLite a prepared statement each, on PostgreSQL one statement for all. */
export async function updateItems(queries: Queries, updates: readonly ItemUpdate[]): Promise<void> {
  const [first] = updates;
  if (!first) return;
  const columns = Object.keys(first).filter((name): name is Column => name in types);
  if (queries.dialect === 'postgresql') {
    const changes = columns.map((column) => `${column} = u.${column}::${types[column]}`).join(', ');
    const shape = columns.map((column) => `${column} text`).join(', ');
    await queries.run(
      `update media_items set ${changes} from jsonb_to_recordset(?::jsonb) as u (id bigint, ${shape}) where media_items.id = u.id`,
      [JSON.stringify(updates)],
    );
    return;
  }
  const sql = `update media_items set ${columns.map((column) => `${column} = ?`).join(', ')} where id = ?`;
  for (const update of updates) await queries.run(sql, [...columns.map((column) => update[column]), update.id]);
}
