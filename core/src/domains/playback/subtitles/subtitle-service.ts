import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeText } from '../../../kernel/decode-text.ts';
import { AppError, notFound } from '../../../kernel/errors.ts';
import type { Capabilities } from '../capabilities.ts';
import { inputArguments } from '../convert/ffmpeg-arguments.ts';
import type { DerivedFiles } from '../derived-files.ts';
import type { OpenInRoot } from '../media-access.ts';
import type { MediaFacts, SubtitleFacts } from '../media-facts.ts';
import { Extraction, type TextChange } from './extraction.ts';
import { isMicroDvd, microDvdToVtt } from './microdvd.ts';
import { SrtReader, srtToVtt, vttHeader } from './srt-reader.ts';
import { formatOf, subtitleFileName, subtitleType, type SubtitleFormat } from './subtitle-kind.ts';

/** A track on its way to a client: a file, a text, or bytes that are still coming. */
export type SubtitleAnswer = { contentType: string } & (
  { path: string } | { text: string } | { bytes: AsyncIterable<Buffer> }
);

export interface SubtitleServiceParts {
  derived: DerivedFiles;
  capabilities: Capabilities;
  openInRoot: OpenInRoot;
}

/** A text of a whole season in one file is smaller. */
const largestText = 20 * 1024 * 1024;
/** Each reads a whole film from its disk. */
const mostExtractions = 3;

/** Subtitles of films, from inside them and from beside them, as browsers can show them. */
export class SubtitleService {
  readonly #parts: SubtitleServiceParts;
  readonly #running = new Map<string, Extraction>();

  constructor(parts: SubtitleServiceParts) {
    this.#parts = parts;
  }

  /**
   * A track by the last part of its address.
   * @throws AppError `not_found`, `transcoder_missing`, `media_unreadable`, `too_large`, `unavailable`
   */
  async open(media: MediaFacts, fileName: string, signal: AbortSignal): Promise<SubtitleAnswer> {
    for (const track of media.subtitles) {
      const format = formatOf(track);
      if (!format || subtitleFileName(track, format) !== fileName) continue;
      const contentType = subtitleType[format];
      if (track.externalPath === undefined)
        return { contentType, ...(await this.#embedded({ media, track, format, fileName, signal })) };
      const real = await this.#parts.openInRoot(media.rootId, track.externalPath);
      if (format === 'pgs') return { contentType, path: real };
      return { contentType, text: await readExternal(real, track, format) };
    }
    throw notFound('subtitle track', fileName);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map((extraction) => extraction.stop()));
  }

  async #embedded({ media, track, format, fileName, signal }: Embedded) {
    const target = await this.#parts.derived.pathOf(media, fileName);
    const running = this.#running.get(target);
    if (running) return { bytes: running.read(signal) };
    if (await isFile(target)) return { path: target };
    const { path: command } = await this.#parts.capabilities.get();
    // Asking took a moment; somebody else may have begun.
    const begun = this.#running.get(target) ?? this.#begin(target, command, { media, track, format });
    return { bytes: begun.read(signal) };
  }

  #begin(target: string, command: string, { media, track, format }: Pick<Embedded, 'media' | 'track' | 'format'>) {
    if (this.#running.size >= mostExtractions)
      throw new AppError('unavailable', 'Subtitles are being read out of several films already.', {
        fix: 'Choose the track again in a minute.',
      });
    const extraction = new Extraction({
      command,
      parameters: extractionArguments(media, track, format),
      target,
      change: format === 'vtt' ? toVtt() : undefined,
    });
    this.#running.set(target, extraction);
    void extraction.finished.then(() => this.#running.delete(target));
    return extraction;
  }
}

interface Embedded {
  media: MediaFacts;
  track: SubtitleFacts;
  format: SubtitleFormat;
  fileName: string;
  signal: AbortSignal;
}

function toVtt(): TextChange {
  const reader = new SrtReader();
  return { start: vttHeader, push: (text) => reader.push(text), end: () => reader.end() };
}

const muxers: Record<SubtitleFormat, string> = { vtt: 'srt', ass: 'ass', pgs: 'sup' };

/** Takes one track out of a film; text always as SRT, which our own reader cleans. */
export function extractionArguments(media: MediaFacts, track: SubtitleFacts, format: SubtitleFormat): string[] {
  const codec = format === 'vtt' && track.codec !== 'subrip' ? 'srt' : 'copy';
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error'],
    ...inputArguments({ path: media.path, container: media.container, startMs: 0 }),
    ...['-map', `0:${track.index}`, '-c:s', codec, '-flush_packets', '1', '-f', muxers[format], 'pipe:1'],
  ];
}

async function readExternal(real: string, track: SubtitleFacts, format: SubtitleFormat): Promise<string> {
  const { size } = await stat(real);
  if (size > largestText)
    throw new AppError('too_large', 'This subtitle file is larger than any text could be.', { details: { size } });
  const text = decodeText(await readFile(real), { language: track.language });
  if (format === 'ass') return text;
  if (path.extname(real).toLowerCase() !== '.srt' && isMicroDvd(text)) return microDvdToVtt(text);
  return srtToVtt(text);
}

async function isFile(target: string): Promise<boolean> {
  const found = await stat(target).catch(() => undefined);
  return found?.isFile() ?? false;
}
