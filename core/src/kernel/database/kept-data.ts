import type { MigrationQueries } from './migrations.ts';
import { quoteName } from './sql-text.ts';

/** Where the rows of a table wait while a migration is taken back. */
const keptName = (table: string): string => `kept__${table}`;

/** The tables that lose rows or columns by these statements, in their order. */
export function lostTables(statements: readonly string[]): string[] {
  const tables = statements.map((statement) => {
    const text = statement.replace(/^(\s*--[^\n]*\n)*\s*/, '');
    return (/^drop\s+table\s+(?:if\s+exists\s+)?"?(\w+)"?/i.exec(text) ??
      /^alter\s+table\s+"?(\w+)"?\s+drop\s+column\b/i.exec(text))?.[1];
  });
  return [...new Set(tables.filter((table) => table !== undefined))];
}

/** Copies the tables' rows aside, inside the transaction that is going to drop them. */
export async function keepData(queries: MigrationQueries, tables: readonly string[]): Promise<void> {
  for (const { table } of await storedTables(queries, tables)) {
    await queries.all(`drop table if exists ${quoteName(keptName(table))}`);
    await queries.all(`create table ${quoteName(keptName(table))} as select * from ${quoteName(table)}`);
  }
}

/** Brings back what `keepData` put aside: whole rows into empty tables, single columns into the others. */
export async function restoreData(queries: MigrationQueries, tables: readonly string[]): Promise<void> {
  // What was dropped last is what the others refer to.
  const ordered = [...(await storedTables(queries, tables))].reverse();
  for (const stored of ordered) {
    const kept = await columnsOf(queries, keptName(stored.table));
    if (kept.length === 0) continue;
    await refill(queries, stored, kept);
    await queries.all(`drop table ${quoteName(keptName(stored.table))}`);
  }
}

async function refill(
  queries: MigrationQueries,
  { table, shadow }: StoredTable,
  kept: readonly Column[],
): Promise<void> {
  const columns = (await columnsOf(queries, table)).filter(({ name }) => kept.some((column) => column.name === name));
  if (columns.length === 0) return;
  const names = columns.map(({ name }) => quoteName(name));
  const [target, source] = [quoteName(table), quoteName(keptName(table))];
  if (shadow) await queries.all(`delete from ${target}`);
  if ((await queries.all(`select 1 as filled from ${target} limit 1`)).length === 0) {
    await queries.all(`insert into ${target} (${names.join(', ')}) select ${names.join(', ')} from ${source}`);
    for (const { name } of columns.filter(({ identity }) => identity)) {
      await queries.all(
        `select setval(pg_get_serial_sequence('${table}', '${name}'), greatest((select max(${quoteName(name)}) from ${target}), 1))`,
      );
    }
    return;
  }
  const keys = columns.filter(({ key }) => key).map(({ name }) => quoteName(name));
  const values = names.filter((name) => !keys.includes(name));
  if (keys.length === 0 || values.length === 0) return;
  const same = keys.map((key) => `kept.${key} = ${target}.${key}`).join(' and ');
  await queries.all(
    `update ${target} set ${values.map((name) => `${name} = kept.${name}`).join(', ')} from ${source} as kept where ${same}`,
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

interface StoredTable {
  table: string;
  /** Part of a full-text table of SQLite, which fills it with rows of its own as soon as it is made. */
  shadow: boolean;
}

/** The tables themselves, and in the place of a full-text table those that hold its content. */
async function storedTables(queries: MigrationQueries, tables: readonly string[]): Promise<StoredTable[]> {
  if (queries.dialect === 'postgresql') return tables.map((table) => ({ table, shadow: false }));
  const present = await queries.all<{ name: string; sql: string }>(
    `select name, coalesce(sql, '') as sql from sqlite_schema where type = 'table'`,
  );
  const parts = ['data', 'idx', 'content', 'docsize', 'config'];
  return tables.flatMap((table): StoredTable[] => {
    const virtual = present.some(({ name, sql }) => name === table && /^create virtual table/i.test(sql));
    if (!virtual) return [{ table, shadow: false }];
    const shadows = parts
      .map((part) => `${table}_${part}`)
      .filter((shadow) => present.some(({ name }) => name === shadow));
    return shadows.map((shadow) => ({ table: shadow, shadow: true }));
  });
}
