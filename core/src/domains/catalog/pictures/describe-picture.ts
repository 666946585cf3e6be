import { open } from 'node:fs/promises';
import { readPictureHeader } from './picture-header.ts';

export interface PictureDescription {
  width: number | undefined;
  height: number | undefined;
  /** Changes with size and time of the file. */
  version: string;
}

/** A frame header lies behind embedded profiles and previews, seldom farther. */
const headerBytes = 128 * 1024;
const firstBytes = 4096;

/**
 * What a picture file's first bytes say; nothing is decoded, so that a scan may ask for every picture.
 * @returns undefined when it is no picture that is read here, empty, or not there
 */
export async function describePicture(path: string): Promise<PictureDescription | undefined> {
  const file = await open(path, 'r').catch(absent);
  if (!file) return undefined;
  try {
    const facts = await file.stat();
    if (!facts.isFile()) return undefined;
    const version = pictureVersion(facts.size, facts.mtimeMs);
    for (const length of [firstBytes, headerBytes]) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(length, facts.size)), 0, undefined, 0);
      const header = readPictureHeader(buffer.subarray(0, bytesRead));
      if (!header) return undefined;
      if (header.width || length >= facts.size) return { width: header.width, height: header.height, version };
    }
    return { width: undefined, height: undefined, version };
  } finally {
    await file.close();
  }
}

/** The version of a picture that is a file. */
const pictureVersion = (size: number, modifiedMs: number): string =>
  `${size.toString(36)}-${Math.round(modifiedMs).toString(36)}`;

function absent(error: NodeJS.ErrnoException): undefined {
  if (['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'ELOOP', 'ENXIO'].includes(error.code ?? '')) return undefined;
  throw error;
}
