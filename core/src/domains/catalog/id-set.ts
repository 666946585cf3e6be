/** A set of item ids, one bit each. */
export interface IdSet {
  readonly words: Uint32Array;
  readonly size: number;
}

export function createIdSet(ids: Uint32Array): IdSet {
  let highest = 0;
  for (const id of ids) if (id > highest) highest = id;
  const words = new Uint32Array((highest >>> 5) + 1);
  for (const id of ids) words[id >>> 5]! |= 1 << (id & 31);
  return { words, size: ids.length };
}

const hasId = ({ words }: IdSet, id: number): boolean => ((words[id >>> 5] ?? 0) & (1 << (id & 31))) !== 0;

/** Which ids pass: those in the set, or those outside it. */
export interface Sieve {
  set: IdSet;
  outside: boolean;
}

/** Those of `all` that pass every sieve. */
export function sift(all: IdSet, sieves: readonly Sieve[]): IdSet {
  if (sieves.length === 0) return all;
  const words = all.words.slice();
  for (const { set, outside } of sieves) {
    const length = Math.min(words.length, set.words.length);
    if (outside) for (let index = 0; index < length; index += 1) words[index]! &= ~set.words[index]!;
    else for (let index = 0; index < length; index += 1) words[index]! &= set.words[index]!;
    if (!outside) words.fill(0, length);
  }
  let size = 0;
  for (const word of words) if (word !== 0) size += bitsOf(word);
  return { words, size };
}

/** Members of `set` in an order that has them all, from one place among them on. */
export function takeInOrder(order: Uint32Array, set: IdSet, { offset, limit }: Window): number[] {
  const taken: number[] = [];
  if (offset >= set.size) return taken;
  if (set.size === order.length) return [...order.subarray(offset, offset + limit)];
  let before = 0;
  for (let at = 0; at < order.length && taken.length < limit; at += 1) {
    const id = order[at]!;
    if (!hasId(set, id)) continue;
    if (before >= offset) taken.push(id);
    before += 1;
  }
  return taken;
}

export interface Window {
  offset: number;
  limit: number;
}

/** How many ids two sets share. */
export function countCommon(a: IdSet, b: IdSet): number {
  const length = Math.min(a.words.length, b.words.length);
  let count = 0;
  for (let index = 0; index < length; index += 1) {
    const common = a.words[index]! & b.words[index]!;
    if (common !== 0) count += bitsOf(common);
  }
  return count;
}

function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

const comma = 44;
const zero = 48;

/** `12,7,30` as numbers; many thousand of them in a millisecond. */
export function parseIds(text: string | null | undefined): Uint32Array {
  if (!text) return new Uint32Array();
  let count = 1;
  for (let at = text.indexOf(','); at !== -1; at = text.indexOf(',', at + 1)) count += 1;
  const ids = new Uint32Array(count);
  let index = 0;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === comma) {
      ids[index++] = value;
      value = 0;
    } else value = value * 10 + code - zero;
  }
  ids[index] = value;
  return ids;
}
