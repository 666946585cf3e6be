import type { WireDocQuery } from '@vitascope/sdk/runtime';
import { AppError } from '../errors.ts';
import { readJson, type Database } from '../database/database.ts';

const largestDocument = 256 * 1024;

interface Row {
  id: string;
  doc: unknown;
}

/** The documents of one plugin. Members are compared in memory of one page at a time only where the database cannot do it. */
export class PluginDocuments {
  readonly #database: Database;
  readonly #pluginId: string;
  readonly #collections: ReadonlyMap<string, readonly string[]>;

  /** @param collections names and their indexed members, from the manifest */
  constructor(database: Database, pluginId: string, collections: ReadonlyMap<string, readonly string[]>) {
    this.#database = database;
    this.#pluginId = pluginId;
    this.#collections = collections;
  }

  async get(collection: string, id: string): Promise<unknown> {
    this.#check(collection, id);
    const sql = 'select doc from plugin_documents where plugin_id = ? and collection = ? and id = ?';
    const row = await this.#database.first<Row>(sql, [this.#pluginId, collection, id]);
    return row && readJson(row.doc, undefined);
  }

  async put(collection: string, id: string, doc: unknown): Promise<void> {
    this.#check(collection, id);
    const text = JSON.stringify(doc);
    if (text === undefined || text.length > largestDocument) {
      throw new AppError('invalid_config', `Document "${id}" of ${collection} has more than 256 kB.`);
    }
    const row = { plugin_id: this.#pluginId, collection, id, doc: text, updated_at: Date.now() };
    const columns = ['plugin_id', 'collection', 'id'];
    await this.#database.insert('plugin_documents', [row], { onConflict: { columns, update: ['doc', 'updated_at'] } });
  }

  async delete(collection: string, id: string): Promise<void> {
    this.#check(collection, id);
    const sql = 'delete from plugin_documents where plugin_id = ? and collection = ? and id = ?';
    await this.#database.run(sql, [this.#pluginId, collection, id]);
  }

  async query(query: WireDocQuery): Promise<{ items: unknown[]; next?: string }> {
    const { collection, where = {}, order, limit = 100, cursor } = query;
    this.#check(collection);
    const descending = order?.startsWith('-') ?? false;
    const by = order?.replace(/^-/, '');
    for (const member of [...Object.keys(where), ...(by ? [by] : [])]) this.#checkMember(member);
    const size = Math.min(Math.max(1, Math.trunc(limit)), 500);
    const offset = cursor === undefined ? 0 : offsetOf(cursor);
    const conditions = Object.entries(where).map(([member, value]) => this.#equals(member, value));
    const direction = descending ? 'desc' : 'asc';
    const sql = [
      'select id, doc from plugin_documents where plugin_id = ? and collection = ?',
      ...conditions.map(([text]) => `and ${text}`),
      `order by ${by ? `${this.#sortBy(by, direction)}, ` : ''}id ${direction} limit ? offset ?`,
    ].join(' ');
    const values = [this.#pluginId, collection, ...conditions.flatMap(([, v]) => v), size + 1, offset];
    const rows = await this.#database.all<Row>(sql, values);
    const items = rows.slice(0, size).map((row) => readJson<unknown>(row.doc, undefined));
    return rows.length > size ? { items, next: String(offset + size) } : { items };
  }

  #equals(member: string, value: unknown): [string, (string | number)[]] {
    if (value === undefined || value === null) return [`${this.#text(member)} is null`, []];
    if (this.#database.dialect === 'postgresql')
      return [`doc -> '${member}' = cast(? as jsonb)`, [JSON.stringify(value)]];
    // -> gives JSON text on SQLite; both sides are written the same way
    return [`doc -> '$.${member}' = json(?)`, [JSON.stringify(value)]];
  }

  #text(member: string): string {
    return this.#database.dialect === 'postgresql' ? `doc ->> '${member}'` : `doc ->> '$.${member}'`;
  }

  /** Numbers by value, everything else as text, in the same order on both databases. */
  #sortBy(member: string, direction: string): string {
    if (this.#database.dialect === 'sqlite') return `doc ->> '$.${member}' ${direction}`;
    const number = `case when jsonb_typeof(doc -> '${member}') = 'number' then (doc ->> '${member}')::numeric end`;
    return `${number} ${direction} nulls last, doc ->> '${member}' collate "C" ${direction}`;
  }

  #check(collection: string, id = 'x'): void {
    if (!this.#collections.has(collection)) {
      throw new AppError('invalid_config', `The plugin has no collection "${collection}"; list it under data.`);
    }
    if (typeof id !== 'string' || id.length < 1 || id.length > 200) {
      throw new AppError('invalid_config', 'The id of a document has 1 to 200 characters.');
    }
  }

  /** Members become part of the statement, so only plain names pass. */
  #checkMember(member: string): void {
    if (!/^[A-Za-z_]\w{0,63}$/.test(member))
      throw new AppError('invalid_config', `"${member}" is no member of a document.`);
  }
}

function offsetOf(cursor: string): number {
  const offset = Number(cursor);
  if (!Number.isSafeInteger(offset) || offset < 0) throw new AppError('invalid_config', 'This cursor is not ours.');
  return offset;
}
