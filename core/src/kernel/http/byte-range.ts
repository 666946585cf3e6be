/** First and last byte, both inclusive. */
export interface ByteRange {
  start: number;
  end: number;
}

/** Parts of one request that lie nearer than this are sent as one. */
const smallGap = 65_536;
const mostParts = 16;

/**
 * Reads a `Range` header.
 * @returns undefined when the whole file is to be sent (no header, another unit, malformed), `'unsatisfiable'` when no
 *   part lies inside the file, or when the parts lie too far apart to be sent as one
 */
export function parseRange(header: string, size: number): ByteRange | 'unsatisfiable' | undefined {
  const list = /^bytes\s*=\s*(.+)$/i.exec(header)?.[1]?.split(',');
  if (!list || list.length > mostParts) return undefined;
  const parts: ByteRange[] = [];
  for (const text of list) {
    const part = parsePart(text.trim(), size);
    if (part === undefined) return undefined;
    if (part !== 'outside') parts.push(part);
  }
  return parts.length === 0 ? 'unsatisfiable' : coalesce(parts);
}

function parsePart(text: string, size: number): ByteRange | 'outside' | undefined {
  const match = /^(\d{0,16})-(\d{0,16})$/.exec(text);
  if (!match || text === '-') return undefined;
  const [first = '', last = ''] = match.slice(1);
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'outside' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) return 'outside';
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

function coalesce(parts: ByteRange[]): ByteRange | 'unsatisfiable' {
  const [first, ...rest] = parts.sort((a, b) => a.start - b.start) as [ByteRange, ...ByteRange[]];
  const whole = { ...first };
  for (const { start, end } of rest) {
    if (start - whole.end > smallGap) return 'unsatisfiable';
    whole.end = Math.max(whole.end, end);
  }
  return whole;
}
