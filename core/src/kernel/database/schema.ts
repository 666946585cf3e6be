import type { Database } from './database.ts';
import { splitStatements } from './sql-text.ts';

export interface SchemaColumn {
  name: string;
  type: string;
  /** Everything after the type: constraints, default, reference. */
  rules: string;
}

export interface SchemaTable {
  name: string;
  /** The last short comment before it, up to its colon: `-- identity`, `-- search: one row an item`. */
  group: string;
  /** A longer comment right above it. */
  remark: string;
  virtual: boolean;
  columns: SchemaColumn[];
  /** Keys and constraints over several columns. */
  constraints: string[];
}

export interface SchemaIndex {
  name: string;
  table: string;
  unique: boolean;
  columns: string;
}

export interface SchemaDescription {
  tables: SchemaTable[];
  indexes: SchemaIndex[];
}

/** Reads the tables and indexes that the statements of a migration create, for the reference and for comparing dialects. */
export function describeSchema(sql: string): SchemaDescription {
  const description: SchemaDescription = { tables: [], indexes: [] };
  let group = '';
  for (const statement of splitStatements(sql)) {
    const comment = /^(?:\s*--[^\n]*\n)*\s*--\s*([^\n]*)\n/.exec(statement)?.[1]?.trim() ?? '';
    const heading = comment.split(':')[0]!;
    const isHeading = heading !== '' && heading.split(' ').length <= 4;
    if (isHeading) group = heading;
    const remark = isHeading ? '' : comment;
    const text = statement.replace(/^(\s*--[^\n]*\n)+/, '').trim();
    const table = /^create\s+(virtual\s+)?table\s+(\w+)\s+(?:using\s+\w+\s*)?\(([\s\S]*)\)$/i.exec(text);
    if (table)
      description.tables.push(describeTable(table[2]!, table[3]!, { group, remark, virtual: table[1] !== undefined }));
    const index = /^create\s+(unique\s+)?index\s+(\w+)\s+on\s+(\w+)\s+(?:using\s+\w+\s*)?([\s\S]*)$/i.exec(text);
    if (index) {
      description.indexes.push({
        name: index[2]!,
        table: index[3]!,
        unique: index[1] !== undefined,
        columns: index[4]!.replace(/\s+/g, ' '),
      });
    }
  }
  return description;
}

function describeTable(
  name: string,
  body: string,
  about: { group: string; remark: string; virtual: boolean },
): SchemaTable {
  const parts = splitAtCommas(body.replace(/--[^\n]*/g, ''));
  const isConstraint = (part: string): boolean => /^(primary key|unique|foreign key|check|constraint)\b/i.test(part);
  const columns = parts
    .filter((part) => !isConstraint(part) && !part.includes('='))
    .concat(about.virtual ? [] : parts.filter((part) => !isConstraint(part) && part.includes('=')))
    .map((part) => {
      const [, column = part, type = '', rules = ''] = /^(\w+)\s*(double precision|\w+)?\s*([\s\S]*)$/.exec(part) ?? [];
      return { name: column, type, rules: rules.replace(/\s+/g, ' ') };
    });
  return { name, ...about, columns, constraints: parts.filter(isConstraint) };
}

/** At the commas that lie in no brackets. */
function splitAtCommas(body: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const character of body) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** Columns that an entity of the opened database names and the schema lacks; one sentence each. */
export async function findEntityFaults(database: Database): Promise<string[]> {
  const faults: string[] = [];
  for (const meta of Object.values(database.fork().getMetadata().getAll())) {
    if (meta.abstract || meta.embeddable) continue;
    const present = await columnsOf(database, meta.tableName);
    for (const property of Object.values<{ name: string; fieldNames?: string[] }>(meta.properties)) {
      for (const column of property.fieldNames ?? []) {
        if (!present.has(column))
          faults.push(`${meta.className}.${property.name} needs the column ${meta.tableName}.${column}.`);
      }
    }
  }
  return faults;
}

async function columnsOf(database: Database, table: string): Promise<Set<string>> {
  const sql =
    database.dialect === 'sqlite'
      ? 'select name from pragma_table_info(?)'
      : 'select column_name as name from information_schema.columns where table_schema = current_schema() and table_name = ?';
  return new Set((await database.all<{ name: string }>(sql, [table])).map(({ name }) => name));
}
