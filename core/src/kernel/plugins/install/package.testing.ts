import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { listFiles } from '../content-hash.ts';

const fixtures = path.join(import.meta.dirname, '../../../../../tests/fixtures/plugins');

export interface TestEntry {
  path: string;
  body?: string | Uint8Array;
  type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'FIFO';
  linkpath?: string | undefined;
}

/** A .tgz of just these entries, also of such as no honest program writes. */
export function tarballOf(entries: readonly TestEntry[]): Buffer {
  const blocks = entries.flatMap(({ path: name, body = '', type = 'File', linkpath }) => {
    const bytes = Buffer.from(body as string);
    const header = Buffer.alloc(512);
    const facts = { path: name, type, mode: 0o644, uid: 0, gid: 0, size: bytes.length, mtime: new Date(0) };
    new Header({ ...facts, ...(linkpath !== undefined && { linkpath }) }).encode(header, 0);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

export interface FixtureChange {
  /** Members of package.json's `vitascope`, and its version. */
  version?: string;
  manifest?: Record<string, unknown>;
  /** Texts of further or other files, by path. */
  files?: Record<string, string>;
}

/** A fixture plugin as its author would pack it, changed as told. */
export async function packFixture(
  name: string,
  { version, manifest, files = {} }: FixtureChange = {},
): Promise<Buffer> {
  const folder = path.join(fixtures, name);
  const own = new Map((await listFiles(folder)).map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
  for (const [file, text] of Object.entries(files)) own.set(file, text);
  const json = JSON.parse(own.get('package.json')!) as { version: string; vitascope: object };
  const changed = { ...json, version: version ?? json.version, vitascope: { ...json.vitascope, ...manifest } };
  own.set('package.json', JSON.stringify(changed));
  return tarballOf([...own].map(([file, body]) => ({ path: `package/${file}`, body })));
}
