import type { MigrationQueries } from './migrations.ts';
import { quoteName } from './sql-text.ts';

/** Where the rows of a table wait while a migration is taken back. */
const keptName = (table: string): string => `kept__${table}`;

export interface Loss {
  table: string;
  /** The columns that go; all with the table itself when there are none. */
  columns: string[];
}

/** The tables and columns that these statements drop, in their order. */
export function findLosses(statements: readonly string[]): Loss[] {
  const losses = new Map<string, Loss>();
  for (const statement of statements) {
    const text = statement.replace(/^(\s*--[^\n]*\n)*\s*/, '');
    const [, dropped] = /^drop\s+table\s+(?:if\s+exists\s+)?"?(\w+)"?/i.exec(text) ?? [];
    if (dropped) losses.set(dropped, { table: dropped, columns: [] });
    const [, table, column] = /^alter\s+table\s+"?(\w+)"?\s+drop\s+column\s+"?(\w+)"?/i.exec(text) ?? [];
    if (table && column) losses.set(table, { table, columns: [...(losses.get(table)?.columns ?? []), column] });
  }
  return [...losses.values()];
}

/** Copies the tables' rows aside, inside the transaction that is going to drop them. */
export async function keepData(queries: MigrationQueries, losses: readonly Loss[]): Promise<void> {
  for (const { table } of await storedTables(queries, losses)) {
    await queries.all(`drop table if exists ${quoteName(keptName(table))}`);
    await queries.all(`create table ${quoteName(keptName(table))} as select * from ${quoteName(table)}`);
  }
}

/** Brings back what `keepData` put aside: whole rows into empty tables, single columns into the others. */
export async function restoreData(queries: MigrationQueries, losses: readonly Loss[]): Promise<void> {
  // What was dropped last is what the others refer to.
  const ordered = [...(await storedTables(queries, losses))].reverse();
  for (const stored of ordered) {
    const kept = await columnsOf(queries, keptName(stored.table));
    if (kept.length === 0) continue;
    await refill(queries, stored, kept);
    await queries.all(`drop table ${quoteName(keptName(stored.table))}`);
  }
}

async function refill(queries: MigrationQueries, loss: Loss, kept: readonly Column[]): Promise<void> {
  const columns = (await columnsOf(queries, loss.table)).filter(({ name }) =>
    kept.some((column) => column.name === name),
  );
  if (loss.columns.length === 0) await refillRows(queries, loss, columns);
  else await refillColumns(queries, loss, columns);
}

async function refillRows(queries: MigrationQueries, { table }: Loss, columns: readonly Column[]): Promise<void> {
  const names = columns.map(({ name }) => quoteName(name)).join(', ');
  // Rows that the migration, or SQLite in a full-text table, has put there already are among the kept ones.
  await queries.all(`delete from ${quoteName(table)}`);
  await queries.all(`insert into ${quoteName(table)} (${names}) select ${names} from ${quoteName(keptName(table))}`);
  for (const { name } of columns.filter(({ identity }) => identity)) {
    const highest = `(select max(${quoteName(name)}) from ${quoteName(table)})`;
    await queries.all(
      `select setval(pg_get_serial_sequence('${table}', '${name}'), ${highest}) where ${highest} is not null`,
    );
  }
}

async function refillColumns(queries: MigrationQueries, loss: Loss, columns: readonly Column[]): Promise<void> {
  const target = quoteName(loss.table);
  const lost = columns
    .filter(({ name }) => loss.columns.includes(name))
    .map(({ name }) => `${quoteName(name)} = kept.${quoteName(name)}`);
  const same = columns
    .filter(({ key }) => key)
    .map(({ name }) => `kept.${quoteName(name)} = ${target}.${quoteName(name)}`);
  if (lost.length === 0 || same.length === 0) return;
  await queries.all(
    `update ${target} set ${lost.join(', ')} from ${quoteName(keptName(loss.table))} as kept where ${same.join(' and ')}`,
  );
}

interface Column {
  name: string;
  key: boolean;
  identity: boolean;
}

async function columnsOf(queries: MigrationQueries, table: string): Promise<Column[]> {
  if (queries.dialect === 'sqlite') {
    const rows = await queries.all<{ name: string; pk: number }>(`select name, pk from pragma_table_info('${table}')`);
    return rows.map(({ name, pk }) => ({ name, key: pk > 0, identity: false }));
  }
  return queries.all<Column>(`
    select a.attname as name, a.attidentity <> '' as identity,
      exists (select 1 from pg_index i where i.indrelid = a.attrelid and i.indisprimary and a.attnum = any(i.indkey)) as key
    from pg_attribute a
    where a.attrelid = to_regclass('${table}') and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    order by a.attnum`);
}

/** The tables themselves, and in the place of a full-text table those that hold its content. */
async function storedTables(queries: MigrationQueries, losses: readonly Loss[]): Promise<Loss[]> {
  if (queries.dialect === 'postgresql') return [...losses];
  const present = await queries.all<{ name: string; sql: string }>(
    `select name, coalesce(sql, '') as sql from sqlite_schema where type = 'table'`,
  );
  const parts = ['data', 'idx', 'content', 'docsize', 'config'];
  return losses.flatMap((loss): Loss[] => {
    const virtual = present.some(({ name, sql }) => name === loss.table && /^create virtual table/i.test(sql));
    if (!virtual) return [loss];
    const shadows = parts
      .map((part) => `${loss.table}_${part}`)
      .filter((shadow) => present.some(({ name }) => name === shadow));
    return shadows.map((shadow) => ({ table: shadow, columns: [] }));
  });
}
