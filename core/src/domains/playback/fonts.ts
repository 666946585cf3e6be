import { execFile } from 'node:child_process';
import { rename, rm, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { AppError, notFound } from '../../kernel/errors.ts';
import { createTurns } from '../../kernel/turns.ts';
import type { Capabilities } from './capabilities.ts';
import { inputArguments } from './convert/ffmpeg-arguments.ts';
import type { DerivedFiles } from './derived-files.ts';
import type { MediaFacts } from './media-facts.ts';

const execute = promisify(execFile);
const patienceMs = 60_000;

/** Finds a font that is attached to a film, as a file of our own. */
export type FindFont = (media: MediaFacts, index: number) => Promise<{ path: string; contentType: string }>;

/** @throws AppError (the made function) `not_found`, `transcoder_missing`, `media_unreadable` */
export function createFontFinder({
  derived,
  capabilities,
}: {
  derived: DerivedFiles;
  capabilities: Capabilities;
}): FindFont {
  const turns = createTurns(1);
  return async (media, index) => {
    const font = media.fonts.find((each) => each.index === index);
    if (!font) throw notFound('font', index);
    const target = await derived.pathOf(media, `font-${index}`);
    await turns.take(async () => {
      if (await isThere(target)) return;
      const { path: command } = await capabilities.get();
      await extract(command, media, index, target);
    });
    return { path: target, contentType: /otf$/i.test(font.name) ? 'font/otf' : 'font/ttf' };
  };
}

/** The name is ours: what a film calls its attachments is no path. */
async function extract(command: string, media: MediaFacts, index: number, target: string): Promise<void> {
  const part = `${target}.part`;
  const parameters = [
    ...['-nostdin', '-hide_banner', '-v', 'error', '-y', `-dump_attachment:${index}`, part],
    ...inputArguments({ path: media.path, container: media.container, startMs: 0 }),
    // Without an output ffmpeg calls it a failure.
    ...['-map', '0:a?', '-map', '0:v?', '-t', '0', '-c', 'copy', '-f', 'null', '-'],
  ];
  try {
    await execute(command, parameters, { timeout: patienceMs, windowsHide: true });
    await rename(part, target);
  } catch (cause) {
    await rm(part, { force: true });
    throw new AppError('media_unreadable', 'The font could not be read out of this film.', { cause });
  }
}

async function isThere(target: string): Promise<boolean> {
  return (await stat(target).catch(() => undefined)) !== undefined;
}
