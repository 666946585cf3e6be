/** A box inside a buffer: content from `at` to `end`. */
export interface BufferBox {
  type: string;
  at: number;
  end: number;
}

/** The boxes between two places of a buffer. @throws Error where one reaches beyond */
export function* boxesIn(bytes: Buffer, from = 0, to = bytes.length): Generator<BufferBox> {
  for (let at = from; at + 8 <= to;) {
    let size = bytes.readUInt32BE(at);
    let header = 8;
    if (size === 1 && at + 16 <= to) {
      size = Number(bytes.readBigUInt64BE(at + 8));
      header = 16;
    }
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (size < header || at + size > to) throw new Error(`The box "${type}" reaches beyond its parent.`);
    yield { type, at: at + header, end: at + size };
    at += size;
  }
}

export function findPath(bytes: Buffer, path: readonly string[], from = 0, to = bytes.length): BufferBox | undefined {
  const [type, ...rest] = path;
  for (const box of boxesIn(bytes, from, to)) {
    if (box.type !== type) continue;
    if (rest.length === 0) return box;
    const found = findPath(bytes, rest, box.at, box.end);
    if (found) return found;
  }
  return undefined;
}

export interface InitTracks {
  timescales: ReadonlyMap<number, number>;
  videoId: number | undefined;
}

/** Time scales of the tracks of a header (`ftyp` and `moov`, or `moov` alone). */
export function readInitTracks(bytes: Buffer): InitTracks {
  const timescales = new Map<number, number>();
  let videoId: number | undefined;
  const moov = findPath(bytes, ['moov']);
  for (const trak of moov ? boxesIn(bytes, moov.at, moov.end) : []) {
    if (trak.type !== 'trak') continue;
    const tkhd = findPath(bytes, ['tkhd'], trak.at, trak.end);
    const mdhd = findPath(bytes, ['mdia', 'mdhd'], trak.at, trak.end);
    const hdlr = findPath(bytes, ['mdia', 'hdlr'], trak.at, trak.end);
    if (!tkhd || !mdhd || !hdlr) throw new Error('A track without its headers.');
    const id = bytes.readUInt32BE(tkhd.at + (bytes[tkhd.at] === 1 ? 20 : 12));
    timescales.set(id, bytes.readUInt32BE(mdhd.at + (bytes[mdhd.at] === 1 ? 20 : 12)));
    if (bytes.toString('latin1', hdlr.at + 8, hdlr.at + 12) === 'vide') videoId ??= id;
  }
  if (timescales.size === 0) throw new Error('A header without tracks.');
  return { timescales, videoId };
}

/**
 * Moves the times of a `moof` back by `offsetSeconds`, in place; none goes below zero.
 * @returns when its first picture is shown, in milliseconds; without a picture, when its sound begins
 */
export function rebaseFragment(bytes: Buffer, tracks: InitTracks, offsetSeconds: number): number {
  let first: number | undefined;
  let video: number | undefined;
  const moof = findPath(bytes, ['moof']);
  for (const traf of moof ? boxesIn(bytes, moof.at, moof.end) : []) {
    if (traf.type !== 'traf') continue;
    const tfhd = findPath(bytes, ['tfhd'], traf.at, traf.end);
    const tfdt = findPath(bytes, ['tfdt'], traf.at, traf.end);
    const trun = findPath(bytes, ['trun'], traf.at, traf.end);
    if (!tfhd || !tfdt || !trun) throw new Error('A fragment without its times.');
    const id = bytes.readUInt32BE(tfhd.at + 4);
    const timescale = tracks.timescales.get(id) ?? 1000;
    const decoded = rebase(bytes, tfdt, BigInt(Math.round(offsetSeconds * timescale)));
    const startMs = ((decoded + firstShift(bytes, trun)) * 1000) / timescale;
    first ??= startMs;
    if (id === tracks.videoId) video ??= startMs;
  }
  if (first === undefined) throw new Error('A fragment without tracks.');
  return video ?? first;
}

function rebase(bytes: Buffer, tfdt: BufferBox, offset: bigint): number {
  const isWide = bytes[tfdt.at] === 1;
  const before = isWide ? bytes.readBigInt64BE(tfdt.at + 4) : BigInt(bytes.readUInt32BE(tfdt.at + 4));
  const after = before - offset;
  const kept = after < 0n ? 0n : after;
  if (isWide) bytes.writeBigUInt64BE(kept, tfdt.at + 4);
  else bytes.writeUInt32BE(Number(kept), tfdt.at + 4);
  return Number(after);
}

/** Between decoding and showing the first sample, in units of the time scale. */
function firstShift(bytes: Buffer, trun: BufferBox): number {
  const flags = bytes.readUIntBE(trun.at + 1, 3);
  if (!(flags & 0x800) || bytes.readUInt32BE(trun.at + 4) === 0) return 0;
  const optional = [0x1, 0x4, 0x100, 0x200, 0x400].filter((flag) => flags & flag).length;
  const at = trun.at + 8 + optional * 4;
  return at + 4 <= trun.end ? bytes.readInt32BE(at) : 0;
}
