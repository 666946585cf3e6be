import { createHash } from 'node:crypto';
import type { PackageFile } from './package-files.ts';

/** `sha512-` and base64, as npm and browsers write it. */
export const sha512Of = (bytes: Uint8Array): string => `sha512-${createHash('sha512').update(bytes).digest('base64')}`;

/** The sha512 among the hashes of an integrity text. */
export const sha512In = (text: string): string | undefined =>
  /(?:^|\s)(sha512-[A-Za-z0-9+/]{86}==)(?:\s|$)/.exec(text)?.[1];

/** The sha512 of every file, by path. */
export const hashesOf = (files: readonly PackageFile[]): Record<string, string> =>
  Object.fromEntries(files.map(({ path, bytes }) => [path, sha512Of(bytes)]));

/** One hash over many, for a folder, which has no bytes of its own. */
export const sha512OfHashes = (hashes: Readonly<Record<string, string>>): string =>
  sha512Of(
    Buffer.from(
      Object.keys(hashes)
        .sort()
        .map((path) => `${path}\0${hashes[path]}\n`)
        .join(''),
    ),
  );
