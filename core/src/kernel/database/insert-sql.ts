import type { Bindable, InsertOptions } from './database.ts';
import { quoteName } from './sql-text.ts';

export interface InsertPlan {
  columns: string[];
  /** The statement for so many rows at once. */
  sql(rows: number): string;
  values(row: Record<string, Bindable>): Bindable[];
}

/** How to insert rows of one shape; the first row says which columns there are. */
export function planInsert(table: string, first: Record<string, Bindable>, options: InsertOptions = {}): InsertPlan {
  const columns = Object.keys(first);
  if (columns.length === 0) throw new Error(`A row for ${table} has no columns.`);
  const head = `insert into ${quoteName(table)} (${columns.map(quoteName).join(', ')}) values `;
  const tuple = `(${columns.map(() => '?').join(', ')})`;
  const tail = conflictClause(options) + (options.returning ? ` returning ${quoteName(options.returning)} as id` : '');
  return {
    columns,
    sql: (rows) => head + new Array(rows).fill(tuple).join(', ') + tail,
    values(row) {
      if (Object.keys(row).length !== columns.length) {
        throw new Error(`Rows inserted into ${table} together must have the same columns: ${columns.join(', ')}.`);
      }
      return columns.map((column) => row[column]);
    },
  };
}

function conflictClause({ onConflict }: InsertOptions): string {
  if (!onConflict) return '';
  const target = `(${onConflict.columns.map(quoteName).join(', ')})${onConflict.where ? ` where ${onConflict.where}` : ''}`;
  if (onConflict.update === 'ignore') return ` on conflict ${target} do nothing`;
  const changes = onConflict.update.map((column) => `${quoteName(column)} = excluded.${quoteName(column)}`);
  return ` on conflict ${target} do update set ${changes.join(', ')}`;
}
