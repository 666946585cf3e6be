import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { AppError, notFound } from '../../../kernel/errors.ts';
import { findInside } from '../../../kernel/security/safe-path.ts';
import type { Blobs } from '../../../kernel/storage/blobs.ts';
import type { Storage } from '../../../kernel/storage/storage.ts';
import type { FetchPicture, PictureFolders } from '../ports.ts';

/** Where a stored picture's bytes are. */
export interface PicturePlace {
  id: number;
  source: 'file' | 'blob' | 'url';
  location: string;
  version: string;
}

export interface PictureSourceParts {
  storage: Storage;
  blobs: Blobs;
  folders: PictureFolders;
  /** Absent on a server that stays off the internet: its pictures of addresses are not there. */
  fetch?: FetchPicture | undefined;
}

/** More bytes are no picture for a page. */
const mostBytes = 40 * 1024 * 1024;

/** Reads the bytes of a picture. @throws AppError `not_found`, `too_large`, or what the fetching threw */
export type ReadPicture = (place: PicturePlace, signal: AbortSignal) => Promise<Uint8Array>;

export function createPictureSource({ storage, blobs, folders, fetch }: PictureSourceParts): ReadPicture {
  const fromFile = async (place: PicturePlace): Promise<Uint8Array> => {
    for (const folder of await folders()) {
      const path = await findInside(folder, place.location);
      if (path !== undefined) return readFile(path, place.id);
    }
    throw notFound('picture', place.id);
  };

  const fromUrl = async (place: PicturePlace, signal: AbortSignal): Promise<Uint8Array> => {
    const key = `pictures/fetched/${place.id}-${place.version}`;
    if (await storage.stat(key)) return buffer(await storage.read(key));
    if (!fetch) throw notFound('picture', place.id);
    const bytes = await fetch(place.location, { maxBytes: mostBytes, signal });
    await storage.write(key, bytes);
    return bytes;
  };

  return async (place, signal) => {
    switch (place.source) {
      case 'file':
        return fromFile(place);
      case 'blob':
        return buffer(await blobs.read(place.location));
      case 'url':
        return fromUrl(place, signal);
    }
  };
}

/** A pipe that lies about as `poster.jpg` must not hold a thread for ever, hence not to wait when opening. */
async function readFile(path: string, id: number): Promise<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: NodeJS.ErrnoException) => {
    throw Object.assign(notFound('picture', id), { cause });
  });
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw notFound('picture', id);
    if (facts.size > mostBytes) {
      throw new AppError('too_large', `The picture has more than ${mostBytes} bytes.`, {
        details: { max_bytes: mostBytes },
      });
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
