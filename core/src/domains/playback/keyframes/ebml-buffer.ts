/** One EBML element inside a buffer; `end` may lie beyond the buffer, or be infinite where the size is not stated. */
export interface Element {
  id: number;
  /** Where its content begins. */
  at: number;
  end: number;
}

/** The element at `at`; undefined where the buffer ends before its header does, or no element begins there. */
export function elementAt(bytes: Buffer, at: number): Element | undefined {
  const idLength = lengthOf(bytes[at]);
  if (idLength === undefined || idLength > 4 || at + idLength >= bytes.length) return undefined;
  const sizeAt = at + idLength;
  const sizeLength = lengthOf(bytes[sizeAt]);
  if (sizeLength === undefined || sizeAt + sizeLength > bytes.length) return undefined;
  let size = (bytes[sizeAt] as number) & (0xff >> sizeLength);
  let isUnknown = size === 0xff >> sizeLength;
  for (let i = 1; i < sizeLength; i++) {
    const byte = bytes[sizeAt + i] as number;
    if (byte !== 0xff) isUnknown = false;
    size = size * 256 + byte;
  }
  const start = sizeAt + sizeLength;
  return { id: bytes.readUIntBE(at, idLength), at: start, end: isUnknown ? Infinity : start + size };
}

/** Bytes of a number that begins with this one. */
const lengthOf = (first: number | undefined): number | undefined =>
  first === undefined || first === 0 ? undefined : Math.clz32(first) - 23;

/** Elements that lie whole between two places of a buffer. */
export function* elementsIn(bytes: Buffer, from: number, to: number): Generator<Element> {
  for (let at = from; at < to;) {
    const element = elementAt(bytes, at);
    if (!element || element.end > to || element.end <= at) return;
    yield element;
    at = element.end;
  }
}

/** Up to eight bytes, big-endian. */
export function uintOf(bytes: Buffer, { at, end }: Element): number {
  let value = 0;
  for (let i = at; i < Math.min(end, at + 8); i++) value = value * 256 + (bytes[i] ?? 0);
  return value;
}
