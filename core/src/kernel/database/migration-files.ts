import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { splitStatements } from './sql-text.ts';

export interface MigrationFile {
  /** `2026-11-20-initial` */
  name: string;
  up(): Promise<string[]>;
  down(): Promise<string[]>;
}

const fileName = /^(\d{4}-\d{2}-\d{2}-[a-z0-9-]+)\.(up|down)\.sql$/;

/** The pairs of a folder, oldest first. */
export async function readMigrationFiles(folder: string): Promise<MigrationFile[]> {
  const found = new Map<string, Set<string>>();
  for (const entry of await readdir(folder)) {
    const [, name, direction] = fileName.exec(entry) ?? [];
    if (!name || !direction) continue;
    found.set(name, (found.get(name) ?? new Set()).add(direction));
  }
  const statements = async (name: string, direction: string): Promise<string[]> =>
    splitStatements(await readFile(path.join(folder, `${name}.${direction}.sql`), 'utf8'));
  return [...found.keys()].sort().map((name) => {
    if (found.get(name)!.size < 2) throw new Error(`The migration ${name} in ${folder} lacks its up or its down file.`);
    return { name, up: () => statements(name, 'up'), down: () => statements(name, 'down') };
  });
}
