import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../errors.ts';

/** What is known of an installed plugin. */
export interface LockRecord {
  version: string;
  /** As it was given: an update without another source asks there again. */
  source: string;
  integrity: string;
  /** ISO 8601. */
  installedAt: string;
  permissions: string[];
  /** sha512 of every file, by path. */
  files: Record<string, string>;
}

type Records = Record<string, LockRecord>;

/** The file that says what was installed: `plugins.lock.json`. */
export class PluginLock {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, 'plugins.lock.json');
  }

  async find(id: string): Promise<LockRecord | undefined> {
    const records = await this.#read();
    return Object.hasOwn(records, id) ? records[id] : undefined;
  }

  async set(id: string, record: LockRecord): Promise<void> {
    await writeJson(this.#file, { ...(await this.#read()), [id]: record });
  }

  async delete(id: string): Promise<void> {
    const { [id]: gone, ...others } = await this.#read();
    if (gone) await writeJson(this.#file, others);
  }

  async #read(): Promise<Records> {
    try {
      return ((await readJsonFile(this.#file)) as Records | undefined) ?? {};
    } catch (cause) {
      throw new AppError('conflict', `${this.#file} cannot be read: ${(cause as Error).message}.`, {
        cause,
        fix: 'Correct it, or move it away and install the plugins again.',
      });
    }
  }
}

/** What a JSON file holds; undefined when it is not there. */
export async function readJsonFile(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all, whenever the process ends. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(aside, file);
}
