import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describeSchema, type SchemaDescription, type SchemaTable } from '../../../core/src/kernel/database/schema.ts';

/** Where an asked-for table lives: every one has a place, under the word that the rest of the product uses for it. */
const origins: readonly { asked: string; ours: string; note: string }[] = [
  { asked: 'users', ours: 'accounts', note: 'those who sign in here; people on other media servers have other words' },
  { asked: 'sessions', ours: 'sessions', note: 'tokens only as hashes' },
  {
    asked: 'media_items',
    ours: 'media_items',
    note: 'films, shows, seasons, episodes and games in one table, told apart by `type`',
  },
  {
    asked: 'show_seasons',
    ours: 'media_items',
    note: "`type = 'season'`, `show_id`, `season_number` (unique together)",
  },
  {
    asked: 'show_episodes',
    ours: 'media_items',
    note: "`type = 'episode'`, `show_id`, `season_number`, `episode_number` (unique together)",
  },
  { asked: 'media_external_ids', ours: 'media_external_ids', note: 'one a provider and item' },
  {
    asked: 'genres, media_genres',
    ours: 'terms, media_terms',
    note: "`kind = 'genre'`; categories, sources, studios, countries and tags lie beside them",
  },
  {
    asked: 'library_items',
    ours: 'media_files',
    note: '`media_id` is `item_id`; `duration_seconds` is `duration_ms`, in milliseconds like every duration',
  },
  { asked: 'library_streams', ours: 'media_streams', note: '`library_item_id` is `file_id`' },
  { asked: 'user_progress', ours: 'play_states', note: '`position_ms` of each account and item' },
  {
    asked: 'user_watched',
    ours: 'plays, play_states',
    note: 'each time something was watched, and whether it counts as watched',
  },
];

/** The order of columns that an index was asked for, and the index that does it. */
const askedIndexes: readonly { asked: string; ours: string }[] = [
  { asked: '`(user_id, updated_at)` on tables of what people do', ours: 'play_states_account_updated_index' },
  { asked: '`(media_type, release_date)` on tables that are browsed', ours: 'media_items_type_release_date_index' },
  { asked: '`(match_state, updated_at desc)` on library items', ours: 'media_files_match_state_index' },
  { asked: '`(media_id, updated_at desc)` on library items', ours: 'media_files_item_id_index' },
  { asked: 'any part of title and overview', ours: 'media_search' },
];

const directory = 'migrations';

/** docs/reference/schema.md, from the migrations of both databases. */
export async function describeDatabase(root: string): Promise<string> {
  const [sqlite, postgresql] = await Promise.all(['sqlite', 'postgresql'].map((dialect) => read(root, dialect)));
  const tables = groupTables(sqlite!.tables).map(([group, members]) =>
    [
      `## ${group[0]?.toUpperCase()}${group.slice(1)}`,
      ...members.map((table) => tableSection(table, sqlite!, postgresql!)),
    ].join('\n\n'),
  );
  return [
    '# Database schema',
    'Generated from `migrations/`; run `npm run reference`. The two databases hold the same tables; where their types differ both are named.',
    conventions,
    ...tables,
    onlyPostgresql(sqlite!, postgresql!),
    originSection(sqlite!, postgresql!),
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

const conventions = `- Times are milliseconds since 1970; durations are milliseconds.
- On SQLite a boolean is 0 or 1, a UUID and JSON are text.
- \`folded_…\` columns hold a name without case, accents and punctuation, for comparing and sorting.
- \`kept__…\` tables exist only while a migration is taken back: they hold the rows that its \`up\` brings back.
- \`schema_migrations\` lists the migrations that were applied.`;

/** What all migrations of a dialect create, in order. */
async function read(root: string, dialect: string): Promise<SchemaDescription> {
  const folder = path.join(root, directory, dialect);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.up.sql')).sort();
  const parts = await Promise.all(
    files.map(async (file) => describeSchema(await readFile(path.join(folder, file), 'utf8'))),
  );
  return { tables: parts.flatMap(({ tables }) => tables), indexes: parts.flatMap(({ indexes }) => indexes) };
}

function groupTables(tables: readonly SchemaTable[]): [string, SchemaTable[]][] {
  const groups = new Map<string, SchemaTable[]>();
  for (const table of tables) groups.set(table.group, [...(groups.get(table.group) ?? []), table]);
  return [...groups];
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => (text === '' ? '' : `\`${cell(text)}\``);

function tableSection(table: SchemaTable, sqlite: SchemaDescription, postgresql: SchemaDescription): string {
  const other = postgresql.tables.find(({ name }) => name === table.name);
  const rows = table.columns.map((column) => {
    const twin = other?.columns.find(({ name }) => name === column.name);
    const types = [...new Set([column.type, twin?.type ?? column.type])].filter(Boolean).map(code).join(' / ');
    return `| ${code(column.name)} | ${types} | ${code(column.rules)} |`;
  });
  const remark = table.virtual
    ? 'A full-text index (FTS5) on SQLite; PostgreSQL has trigram indexes on ordinary columns.'
    : table.remark;
  const head = remark ? [`${remark[0]?.toUpperCase()}${remark.slice(1)}.`.replace('..', '.'), ''] : [];
  const indexes = [...sqlite.indexes, ...postgresql.indexes].filter(
    (index, at, all) => index.table === table.name && all.findIndex(({ name }) => name === index.name) === at,
  );
  const rules = table.constraints.map((constraint) => `- ${code(constraint.replace(/\s+/g, ' '))}`);
  const lines = indexes.map(
    ({ name, unique, columns }) => `- ${unique ? 'unique index' : 'index'} ${code(name)} on ${code(columns)}`,
  );
  return [
    `### ${table.name}`,
    '',
    ...head,
    '| Column | Type (SQLite / PostgreSQL) | Rules |',
    '| --- | --- | --- |',
    ...rows,
    ...(rules.length + lines.length > 0 ? ['', ...rules, ...lines] : []),
  ].join('\n');
}

function onlyPostgresql(sqlite: SchemaDescription, postgresql: SchemaDescription): string {
  const lines = postgresql.tables.flatMap((table) => {
    const twin = sqlite.tables.find(({ name }) => name === table.name);
    const extra = table.columns.filter(({ name }) => !twin?.columns.some((column) => column.name === name));
    return extra.length > 0
      ? [`- ${code(table.name)}: ${extra.map(({ name, type }) => code(`${name} ${type}`)).join(', ')}`]
      : [];
  });
  if (lines.length === 0) return '';
  return ['## Only on PostgreSQL', 'Columns for what SQLite does with its full-text tables:', lines.join('\n')].join(
    '\n\n',
  );
}

/** @throws when a table or an index that the mapping names is gone, so that the mapping cannot grow old unseen. */
function originSection(sqlite: SchemaDescription, postgresql: SchemaDescription): string {
  const known = new Set(
    [...sqlite.tables, ...sqlite.indexes, ...postgresql.tables, ...postgresql.indexes].map(({ name }) => name),
  );
  const named = [...origins.flatMap(({ ours }) => ours.split(', ')), ...askedIndexes.map(({ ours }) => ours)];
  const gone = named.filter((name) => !known.has(name));
  if (gone.length > 0)
    throw new Error(`The schema has no ${gone.join(', ')}; correct config/tooling/reference/schema.ts.`);
  return [
    '## From the first plan to these tables',
    'The plan this product began with names its tables differently here and there. Accounts are called accounts, because “user” means five things in a media server.',
    [
      '| Planned | Here | |',
      '| --- | --- | --- |',
      ...origins.map(
        ({ asked, ours, note }) => `| ${asked} | ${ours.split(', ').map(code).join(', ')} | ${cell(note)} |`,
      ),
    ].join('\n'),
    [
      '| Planned index | Here |',
      '| --- | --- |',
      ...askedIndexes.map(({ asked, ours }) => `| ${cell(asked)} | ${code(ours)} |`),
    ].join('\n'),
  ].join('\n\n');
}
