import { isAbsolute } from 'node:path';
import { AppError } from '../../errors.ts';

/** Where a plugin package comes from. */
export type PackageSource =
  | { kind: 'npm'; name: string; range?: string }
  | { kind: 'index'; id: string }
  | { kind: 'address'; url: URL }
  | { kind: 'path'; path: string };

const npm = /^npm:((?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:@([^\s@][^@]*))?$/;
const index = /^index:([a-z][a-z0-9-]{0,63})$/;

/**
 * Reads `npm:<name>[@<range>]`, `index:<id>`, an http(s) address of a tarball, or the absolute path of a tarball or folder.
 * @throws AppError `bad_request` for anything else
 */
export function parseSource(text: string): PackageSource {
  const [, name, range] = npm.exec(text) ?? [];
  if (name) return { kind: 'npm', name, ...(range && { range }) };
  const [, id] = index.exec(text) ?? [];
  if (id) return { kind: 'index', id };
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return { kind: 'address', url: new URL(text) };
  if (isAbsolute(text) && !text.includes('\0')) return { kind: 'path', path: text };
  throw new AppError('bad_request', `"${text.slice(0, 200)}" names no plugin package.`, {
    fix: 'Give npm:<name>[@<range>], index:<id>, an https address of a .tgz file, or the absolute path of one or of a folder.',
  });
}
