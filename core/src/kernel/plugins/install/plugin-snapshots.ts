import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, type Database } from '../../database/database.ts';
import { readJsonFile, writeJson, type LockRecord } from './plugin-lock.ts';

interface Snapshot {
  /** Of the version that was there; absent when it was put there by hand. */
  record?: LockRecord;
  /** Its row: options, secrets sealed as they are stored. */
  row?: { version: string; options: unknown };
  documents: { collection: string; id: string; doc: unknown; updated_at: number }[];
}

/** What a plugin keeps, put aside before an update and brought back by a rollback: documents, options, its data folder. */
export class PluginSnapshots {
  readonly #database: Database;
  readonly #dataFolder: string;

  constructor(database: Database, dataFolder: string) {
    this.#database = database;
    this.#dataFolder = dataFolder;
  }

  /** Into a folder that is not there yet: `snapshot.json` and `data`. The plugin is stopped meanwhile. */
  async take(id: string, folder: string, record: LockRecord | undefined): Promise<void> {
    await mkdir(join(folder, 'data'), { recursive: true });
    const data = join(this.#dataFolder, id);
    if (existsSync(data)) await cp(data, join(folder, 'data'), { recursive: true, verbatimSymlinks: true });
    const documents = await this.#database.all<Snapshot['documents'][number]>(
      'select collection, id, doc, updated_at from plugin_documents where plugin_id = ? order by collection, id',
      [id],
    );
    const row = await this.#database.first<{ version: string; options: unknown }>(
      'select version, options from plugins where id = ?',
      [id],
    );
    const snapshot: Snapshot = {
      ...(record && { record }),
      ...(row && { row: { version: row.version, options: readJson(row.options, {}) } }),
      documents: documents.map((document) => ({
        ...document,
        doc: readJson(document.doc, null),
        updated_at: Number(document.updated_at),
      })),
    };
    await writeJson(join(folder, 'snapshot.json'), snapshot);
  }

  async recordIn(folder: string): Promise<LockRecord | undefined> {
    return ((await readJsonFile(join(folder, 'snapshot.json'))) as Snapshot | undefined)?.record;
  }

  /** Again as often as wanted: an interrupted one is done once more. */
  async restore(id: string, folder: string): Promise<void> {
    const snapshot = (await readJsonFile(join(folder, 'snapshot.json'))) as Snapshot | undefined;
    if (snapshot) await this.#restoreRows(id, snapshot);
    if (!existsSync(join(folder, 'data'))) return;
    const data = join(this.#dataFolder, id);
    await rm(data, { recursive: true, force: true });
    await mkdir(this.#dataFolder, { recursive: true });
    await rename(join(folder, 'data'), data);
  }

  /** Everything a plugin keeps outside its connections. */
  async purge(id: string): Promise<void> {
    await this.#database.run('delete from plugin_documents where plugin_id = ?', [id]);
    await this.#database.run('delete from plugins where id = ?', [id]);
    await rm(join(this.#dataFolder, id), { recursive: true, force: true });
  }

  /** Its options stay, but who installs it again enables it again. */
  async switchOff(id: string): Promise<void> {
    await this.#database.run('update plugins set enabled = ? where id = ?', [false, id]);
  }

  #restoreRows(id: string, { row, documents }: Snapshot): Promise<void> {
    return this.#database.transaction(async (queries) => {
      await queries.run('delete from plugin_documents where plugin_id = ?', [id]);
      const rows = documents.map(({ doc, ...document }) => ({ plugin_id: id, ...document, doc: JSON.stringify(doc) }));
      if (rows.length) await queries.insert('plugin_documents', rows);
      if (!row) return;
      const values = [row.version, JSON.stringify(row.options), id];
      await queries.run('update plugins set version = ?, options = ? where id = ?', values);
    });
  }
}
