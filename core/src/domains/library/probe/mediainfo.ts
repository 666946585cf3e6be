import type { MediaInfo } from 'mediainfo.js';
import { AppError } from '../../../kernel/errors.ts';
import type { BinaryReader } from './binary-reader.ts';
import { readMediaInfoResult, type MediaInfoTrack } from './mediainfo-tracks.ts';
import type { Container, Probe } from './probed.ts';
import { unreadable, unsupported } from './unreadable.ts';

/** The module takes some 40 MB and 50 ms to load: one for the process, given back when a scan meets no more such files. */
const IDLE_MS = 20_000;
/** It reads in steps of 256 KiB, mostly two or three; more than this is a file that leads it by the nose. */
const BUDGET = 32 * 1024 * 1024;

let instance: Promise<MediaInfo<'object'>> | undefined;
let idle: NodeJS.Timeout | undefined;
let queue: Promise<unknown> = Promise.resolve();

/** Everything that is neither Matroska nor MP4, read by MediaInfo, one file after the other. */
export function probeByMediaInfo(reader: BinaryReader, container: Container, signal?: AbortSignal): Promise<Probe> {
  const turn = queue.then(() => analyse(reader, container, signal));
  queue = turn.catch(() => undefined);
  return turn;
}

async function analyse(reader: BinaryReader, container: Container, signal?: AbortSignal): Promise<Probe> {
  const mediaInfo = await load();
  let read = 0;
  let fault: AppError | undefined;
  const readChunk = (length: number, offset: number): Uint8Array => {
    if (signal?.aborted)
      fault = new AppError('cancelled', `Reading ${reader.path} was cancelled.`, { details: { path: reader.path } });
    if ((read += length) > BUDGET) fault = unreadable(reader.path, 'damaged');
    if (fault) throw fault;
    return reader.chunk(offset, length);
  };
  try {
    const result = await mediaInfo.analyzeData(reader.size, readChunk);
    const tracks = (result.media?.track ?? []) as unknown as MediaInfoTrack[];
    const probe = readMediaInfoResult(tracks, container);
    if (probe.streams.length === 0)
      throw tracks.length > 1 ? unsupported(reader.path, 'no_streams') : unreadable(reader.path, 'damaged');
    return probe;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'media_unsupported') instance = undefined; // its state is unknown now
    if (fault) throw fault;
    throw typeof (error as { code?: unknown }).code === 'string' ? error : unreadable(reader.path, 'damaged', error);
  }
}

function load(): Promise<MediaInfo<'object'>> {
  clearTimeout(idle);
  idle = setTimeout(() => (instance = undefined), IDLE_MS).unref();
  return (instance ??= import('mediainfo.js').then(({ default: create }) => create({ format: 'object' })));
}
