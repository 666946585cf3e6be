import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { AppError, notFound } from '../../kernel/errors.ts';
import { createTurns } from '../../kernel/turns.ts';
import type { Capabilities } from './capabilities.ts';
import { startChild } from './child.ts';
import { inputArguments } from './convert/ffmpeg-arguments.ts';
import type { DerivedFiles } from './derived-files.ts';
import type { MediaFacts } from './media-facts.ts';

/** One picture for this much of a film. */
const stepMs = 10_000;
const width = 320;
const patienceMs = 15_000;

/** Finds a small picture near a position, for the scrub bar. */
export type FindThumbnail = (media: MediaFacts, positionMs: number, signal: AbortSignal) => Promise<string>;

/**
 * Makes the finder. One picture at a time is made: whoever moves along the scrub bar asks for many and waits for few.
 * @throws AppError (the made function) `not_found`, `transcoder_missing`, `media_unreadable`, `cancelled`
 */
export function createThumbnailFinder({
  derived,
  capabilities,
}: {
  derived: DerivedFiles;
  capabilities: Capabilities;
}): FindThumbnail {
  const turns = createTurns(1);
  return async (media, positionMs, signal) => {
    if (!media.video || positionMs > media.durationMs) throw notFound('picture', positionMs);
    const at = Math.floor(positionMs / stepMs) * stepMs;
    const target = await derived.pathOf(media, `frame-${at}.jpg`);
    if (await isThere(target)) return target;
    const { path: command } = await capabilities.get();
    await turns.take(async () => {
      if (signal.aborted) throw new AppError('cancelled', 'Nobody wants this picture any more.');
      if (!(await isThere(target))) await make({ command, media, at, target });
    });
    return target;
  };
}

async function make({
  command,
  media,
  at,
  target,
}: {
  command: string;
  media: MediaFacts;
  at: number;
  target: string;
}) {
  const child = startChild(command, thumbnailArguments(media, at));
  const timer = setTimeout(() => void child.stop(), patienceMs);
  const pieces: Buffer[] = [];
  try {
    for await (const piece of child.stdout) pieces.push(piece as Buffer);
    await child.ended;
  } catch (cause) {
    throw new AppError('media_unreadable', 'No picture could be taken from this film in time.', { cause });
  } finally {
    clearTimeout(timer);
  }
  if (pieces.length === 0) throw new AppError('media_unreadable', 'There is no picture at this place of the film.');
  const part = `${target}.part`;
  await writeFile(part, Buffer.concat(pieces)).catch(async (cause: unknown) => {
    await rm(part, { force: true });
    throw new AppError('storage_full', 'The picture could not be stored.', { cause });
  });
  await rename(part, target);
}

/** The nearest key frame before the position: decoding further would take as long as playing. */
export function thumbnailArguments(media: MediaFacts, at: number): string[] {
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-noaccurate_seek', '-skip_frame', 'nokey', '-threads', '1'],
    ...inputArguments({ path: media.path, container: media.container, startMs: at }),
    ...['-map', `0:${media.video?.index ?? 0}`, '-frames:v', '1', '-an', '-sn', '-dn'],
    ...['-vf', `scale=${width}:-2`, '-q:v', '5', '-f', 'mjpeg', 'pipe:1'],
  ];
}

async function isThere(target: string): Promise<boolean> {
  return (await stat(target).catch(() => undefined)) !== undefined;
}
