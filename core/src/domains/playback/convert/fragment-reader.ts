import { readInitTracks, rebaseFragment, type InitTracks } from './fragment-boxes.ts';

/** What a stream of fragmented MP4 consists of. */
export type FragmentPart =
  | { kind: 'init'; bytes: Buffer }
  /** A fragment begins; `startMs` is when its first picture is shown. */
  | { kind: 'fragment'; startMs: number; bytes: Buffer }
  /** More bytes of the fragment. */
  | { kind: 'data'; bytes: Buffer };

/** Headers are small; what announces more is no MP4 of ours. */
const largestHeader = 16 * 1024 * 1024;

interface Box {
  type: string;
  /** Bytes to come, the header included. */
  left: number;
}

/**
 * Takes fragmented MP4 apart while it comes, with times moved back by `offsetSeconds`: ffmpeg is told to write everything
 * that much later, because times before zero (the run-in of AAC) do not survive its muxer.
 */
export class FragmentReader {
  readonly #offsetSeconds: number;
  #pending: Buffer = Buffer.alloc(0);
  #box: Box | undefined;
  #kept: Buffer[] = [];
  #tracks: InitTracks | undefined;

  constructor(offsetSeconds: number) {
    this.#offsetSeconds = offsetSeconds;
  }

  /** @throws Error when the bytes are no fragmented MP4 */
  *push(chunk: Buffer): Generator<FragmentPart> {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      this.#box ??= this.#readHeader();
      if (!this.#box) return;
      const box = this.#box;
      if (box.type === 'mdat') {
        const bytes = this.#take(Math.min(box.left, this.#pending.length));
        if (bytes.length > 0) yield { kind: 'data', bytes };
        box.left -= bytes.length;
        if (box.left > 0) return;
      } else {
        if (this.#pending.length < box.left) return;
        const part = this.#whole(box.type, this.#take(box.left));
        if (part) yield part;
      }
      this.#box = undefined;
    }
  }

  #take(length: number): Buffer {
    const bytes = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return bytes;
  }

  #readHeader(): Box | undefined {
    if (this.#pending.length < 8) return undefined;
    const type = this.#pending.toString('latin1', 4, 8);
    let size = this.#pending.readUInt32BE(0);
    if (size === 1) {
      if (this.#pending.length < 16) return undefined;
      size = Number(this.#pending.readBigUInt64BE(8));
    }
    if (size < 8 || (type !== 'mdat' && size > largestHeader)) throw new Error(`A box "${type}" of ${size} bytes.`);
    return { type, left: size };
  }

  #whole(type: string, bytes: Buffer): FragmentPart | undefined {
    if (type === 'ftyp') {
      this.#kept = [Buffer.from(bytes)];
      return undefined;
    }
    if (type === 'moov') {
      this.#tracks = readInitTracks(bytes);
      return { kind: 'init', bytes: Buffer.concat([...this.#kept, bytes]) };
    }
    if (type !== 'moof') return undefined;
    if (!this.#tracks) throw new Error('A fragment came before the header.');
    const copy = Buffer.from(bytes);
    return { kind: 'fragment', startMs: rebaseFragment(copy, this.#tracks, this.#offsetSeconds), bytes: copy };
  }
}
