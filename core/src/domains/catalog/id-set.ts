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

export const hasId = ({ words }: IdSet, id: number): boolean => ((words[id >>> 5] ?? 0) & (1 << (id & 31))) !== 0;

/** Which ids to keep: those in the set, or those outside it. */
export interface Sieve {
  set: IdSet;
  outside: boolean;
}

/** Those of `ids` that pass all sieves, in their order. */
export function keepIds(ids: Uint32Array, sieves: readonly Sieve[]): Uint32Array {
  const kept = new Uint32Array(ids.length);
  let count = 0;
  for (const id of ids) {
    if (passesAll(id, sieves)) kept[count++] = id;
  }
  return count === ids.length ? ids : kept.slice(0, count);
}

function passesAll(id: number, sieves: readonly Sieve[]): boolean {
  for (const { set, outside } of sieves) if (hasId(set, id) === outside) return false;
  return true;
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
