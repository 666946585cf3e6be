import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathSource,
  Input,
  MATROSKA,
  MP4,
  Mp4OutputFormat,
  Output,
  QTFF,
  WEBM,
  type InputAudioTrack,
  type InputVideoTrack,
} from 'mediabunny';
import { AppError } from '../../../kernel/errors.ts';
import { createTurns } from '../../../kernel/turns.ts';
import type { MediaFacts } from '../media-facts.ts';
import { FragmentReader } from './fragment-reader.ts';
import { conversionFailure, initName, segmentName } from './segment-run.ts';
import type { SegmentPlan } from './segment-plan.ts';
import type { SegmentSource } from './segment-source.ts';

export interface PacketStreamOptions {
  media: MediaFacts;
  audioIndex: number | null;
  plan: SegmentPlan;
  folder: string;
}

/** Segments kept on disk; making one again takes a fraction of a second. */
const keptSegments = 12;
/** Times in an index are rounded to milliseconds. */
const tolerance = 0.02;

/**
 * Puts a film into another container without ffmpeg, each segment by itself: it reads the packets between two key frames
 * and writes them as one fragment.
 */
export class PacketStream implements SegmentSource {
  readonly plan: SegmentPlan;
  readonly failure = undefined;
  readonly isRunning = false;
  readonly #options: PacketStreamOptions;
  /** One at a time: a segment of a large film fills memory. */
  readonly #turns = createTurns(1);
  readonly #ready: number[] = [];
  #input: Input | undefined;
  #closed = false;

  constructor(options: PacketStreamOptions) {
    this.#options = options;
    this.plan = options.plan;
  }

  begin(): void {
    // Nothing runs on its own.
  }

  async init(near: number, signal: AbortSignal): Promise<string> {
    await this.segment(near, signal);
    return path.join(this.#options.folder, initName);
  }

  async segment(segment: number, signal: AbortSignal): Promise<string> {
    if (!(segment in this.plan.starts)) throw new AppError('not_found', `There is no segment ${segment}.`);
    return this.#turns.take(async () => {
      if (this.#closed) throw new AppError('gone', 'The session has ended.');
      if (signal.aborted) throw new AppError('cancelled', 'The client left.');
      const target = path.join(this.#options.folder, segmentName(segment));
      if (!this.#ready.includes(segment)) await this.#store(segment, target);
      return target;
    });
  }

  async release(): Promise<void> {
    this.#input?.dispose();
    this.#input = undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#turns.take(() => this.release());
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  async #store(segment: number, target: string): Promise<void> {
    const { folder } = this.#options;
    try {
      const { init, media } = await this.#make(segment);
      await mkdir(folder, { recursive: true });
      if (this.#ready.length === 0) await writeWhole(path.join(folder, initName), init);
      await writeWhole(target, media);
    } catch (error) {
      throw conversionFailure(error);
    }
    this.#ready.push(segment);
    const oldest = this.#ready.length > keptSegments ? this.#ready.shift() : undefined;
    if (oldest !== undefined) await rm(path.join(folder, segmentName(oldest)), { force: true });
  }

  async #make(segment: number): Promise<{ init: Buffer; media: Buffer }> {
    const { media, audioIndex } = this.#options;
    this.#input ??= new Input({ source: new FilePathSource(media.path), formats: [MATROSKA, WEBM, MP4, QTFF] });
    const video = await this.#input.getPrimaryVideoTrack();
    const audio = (await this.#input.getAudioTracks())[media.audio.findIndex(({ index }) => index === audioIndex)];
    const target = new BufferTarget();
    const format = new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: Number.MAX_SAFE_INTEGER });
    const output = new Output({ format, target });
    const span = this.#spanOf(segment);
    const copies = [video && copyVideo(output, video, span), audio && copyAudio(output, audio, span)];
    await output.start();
    for (const copy of copies) await copy?.();
    await output.finalize();
    return split(Buffer.from(target.buffer ?? new ArrayBuffer(0)));
  }

  #spanOf(segment: number): Span {
    const { starts } = this.plan;
    const end = starts[segment + 1];
    return { start: (starts[segment] ?? 0) / 1000, end: end === undefined ? Number.POSITIVE_INFINITY : end / 1000 };
  }
}

/** Seconds. */
interface Span {
  start: number;
  end: number;
}

function copyVideo(output: Output, track: InputVideoTrack, { start, end }: Span): () => Promise<void> {
  if (!track.codec) throw unknownCodec('picture');
  const source = new EncodedVideoPacketSource(track.codec);
  output.addVideoTrack(source);
  return async () => {
    const decoderConfig = (await track.getDecoderConfig()) ?? undefined;
    const sink = new EncodedPacketSink(track);
    const first = (await sink.getKeyPacket(start + tolerance)) ?? (await sink.getFirstPacket());
    for await (const packet of sink.packets(first ?? undefined)) {
      if (packet.type === 'key' && packet.timestamp >= end - tolerance) break;
      await source.add(packet, { decoderConfig });
    }
    source.close();
  };
}

function copyAudio(output: Output, track: InputAudioTrack, { start, end }: Span): () => Promise<void> {
  if (!track.codec) throw unknownCodec('sound');
  const source = new EncodedAudioPacketSource(track.codec);
  output.addAudioTrack(source);
  return async () => {
    const decoderConfig = (await track.getDecoderConfig()) ?? undefined;
    const sink = new EncodedPacketSink(track);
    const first = (await sink.getPacket(start)) ?? (await sink.getFirstPacket());
    for await (const packet of sink.packets(first ?? undefined)) {
      if (packet.timestamp >= end) break;
      // The packet that reaches into this segment is part of the one before.
      if (packet.timestamp >= start) await source.add(packet, { decoderConfig });
    }
    source.close();
  };
}

const unknownCodec = (what: string): AppError =>
  new AppError('transcoder_missing', `Without ffmpeg the ${what} of this film cannot be read.`, {
    fix: 'Install ffmpeg (on Debian: apt install ffmpeg).',
  });

function split(bytes: Buffer): { init: Buffer; media: Buffer } {
  const parts = [...new FragmentReader(0).push(bytes)];
  const of = (wanted: boolean): Buffer =>
    Buffer.concat(parts.filter(({ kind }) => (kind === 'init') === wanted).map((part) => part.bytes));
  return { init: of(true), media: of(false) };
}

async function writeWhole(target: string, bytes: Buffer): Promise<void> {
  await writeFile(`${target}.part`, bytes);
  await rename(`${target}.part`, target);
}
