import { readDate, readShortDate } from './dates.ts';
import { readGlued, readNumbering } from './episode-marks.ts';
import type { NumberingMark } from './episode-marks.ts';
import { ordinalValue } from './numbering.ts';
import { longestPhrase } from './phrases.ts';
import type { Meaning } from './phrases.ts';
import { gapBefore } from './tokens.ts';
import type { Words } from './tokens.ts';

export type MarkKind = Meaning['kind'] | 'numbering' | 'date' | 'year' | 'junk';

/** A stretch of words [from, to) that means something by itself. */
export interface Mark {
  kind: MarkKind;
  from: number;
  to: number;
  strong: boolean;
  value: string;
  numbering?: NumberingMark;
  /** Position where the mark begins when that is within its first word ("CastleS01E02"). */
  start?: number;
}

const RESOLUTION = /^([\do]{3,4})([pi])(?:\d\d)?$/;
const LINES = new Set([
  240, 360, 368, 384, 396, 400, 404, 406, 432, 480, 496, 540, 544, 576, 640, 720, 900, 1080, 1440, 2160, 4320,
]);
const PIXELS = /^(\d{3,4})x(\d{3,4})$/;
const GLUED_RESOLUTION = /^([a-z]{2,12})(\d{3,4}[pi])$/;
const HASH = /^(?=[\da-f]*\d)[\da-f]{8}$/;
const SIZE = /^\d+(?:kbps|mbps|mb|gb|kbit|hz|khz|ch|mib|gib)$/;
const LONGEST_WORD = 40;

/** The line counts whose 1.78:1 picture is this wide: a cropped film of 1920×804 is still 1080p. */
const WIDTHS: Record<string, string> = {
  3840: '2160p',
  4096: '2160p',
  2560: '1440p',
  1920: '1080p',
  1916: '1080p',
  1280: '720p',
};

function readResolution(words: Words, index: number): Mark | undefined {
  const { key, number } = words.tokens[index]!;
  const mark = (value: string, to = index + 1): Mark => ({ kind: 'resolution', from: index, to, strong: true, value });
  const lines = RESOLUTION.exec(key);
  if (lines) return mark(lines[1]!.replaceAll('o', '0') + lines[2]!);
  const pixels = PIXELS.exec(key);
  if (pixels) return mark(WIDTHS[pixels[1]!] ?? `${pixels[2]}p`);
  const next = words.tokens[index + 1];
  if (number < 0 || !next) return undefined;
  // "1280*720" and "720 x 432".
  const gap = gapBefore(words, index + 1);
  if (number >= 320 && next.number >= 240 && next.number < 5000 && /^\s?[*]\s?$/.test(gap))
    return mark(`${next.number}p`, index + 2);
  return undefined;
}

/** "1080" or "720" without its letter, before the source or at the end: only behind a date or numbering. */
function readBareLines(words: Words, index: number, marks: Mark[]): Mark | undefined {
  const { number } = words.tokens[index]!;
  if (number !== 720 && number !== 1080 && number !== 2160) return undefined;
  if (!marks.some(({ kind }) => kind === 'date' || kind === 'numbering')) return undefined;
  return { kind: 'resolution', from: index, to: index + 1, strong: true, value: `${number}p` };
}

function readYear(words: Words, index: number): Mark | undefined {
  const token = words.tokens[index]!;
  const digits =
    token.key.length > 4 && /^\d{4}(?:г|年)$/.test(token.key) ? Number(token.key.slice(0, 4)) : token.number;
  if (digits < 1880 || digits > 2039 || (token.key.length !== 4 && digits === token.number)) return undefined;
  const alone = token.bracket >= 0;
  if (digits < 1900 && !alone) return undefined;
  return { kind: 'year', from: index, to: index + 1, strong: true, value: String(digits) };
}

function readJunk(words: Words, index: number): Mark | undefined {
  const { key, bracket } = words.tokens[index]!;
  if ((bracket >= 0 && HASH.test(key)) || SIZE.test(key))
    return { kind: 'junk', from: index, to: index + 1, strong: true, value: '' };
  if (index === 0 && readShortDate(words, 0)) return { kind: 'junk', from: 0, to: 1, strong: true, value: '' };
  const next = words.tokens[index + 1];
  // "1.46Gb", "384 kbps".
  if (
    /^\d+$/.test(key) &&
    next &&
    /^(?:\d*(?:gb|mb|kbps|mbps|gib|mib))$/.test(next.key) &&
    gapBefore(words, index + 1).length === 1
  ) {
    return { kind: 'junk', from: index, to: index + 2, strong: true, value: '' };
  }
  if (/^\d\d?$/.test(key) && next && /^月(?:新番)?$/.test(next.key))
    return { kind: 'junk', from: index, to: index + 2, strong: true, value: '' };
  if (/^x\d\d$/.test(key) && /-/.test(gapBefore(words, index)))
    return { kind: 'junk', from: index, to: index + 1, strong: true, value: 'bonus' };
  return undefined;
}

function fromNumbering(numbering: NumberingMark, from: number): Mark {
  return { kind: 'numbering', from, to: numbering.to, strong: true, value: '', numbering };
}

/** "50th Anniversary Edition". */
function readAnniversary(words: Words, index: number): Mark | undefined {
  if (words.tokens[index + 1]?.key !== 'anniversary' || ordinalValue(words.tokens[index]!.key) === undefined)
    return undefined;
  const to = words.tokens[index + 2]?.key === 'edition' ? index + 3 : index + 2;
  return { kind: 'edition', from: index, to, strong: true, value: `${words.tokens[index]!.key} Anniversary Edition` };
}

function readPhrase(words: Words, index: number): Mark | undefined {
  const found = longestPhrase(words, index);
  if (found) return { ...found.meaning, from: index, to: found.to };
  // "Bluray1080p", "HD720p".
  const glued = GLUED_RESOLUTION.exec(words.tokens[index]!.key);
  if (!glued || !LINES.has(Number(glued[2]!.slice(0, -1)))) return undefined;
  return { kind: 'resolution', from: index, to: index + 1, strong: true, value: glued[2]! };
}

function readGluedNumbering(words: Words, index: number): Mark | undefined {
  const token = words.tokens[index]!;
  const glued = readGlued(token.key);
  if (!glued) return undefined;
  const { at, season, episodes } = glued;
  return { ...fromNumbering({ to: index + 1, season, episodes }, index), start: token.start + at };
}

/** Reads every mark of a name, left to right, each word belonging to at most one. */
export function readMarks(words: Words): Mark[] {
  const marks: Mark[] = [];
  for (let i = 0; i < words.tokens.length;) {
    const mark = words.tokens[i]!.key.length > LONGEST_WORD ? undefined : readMark(words, i, marks);
    if (mark) marks.push(mark);
    i = mark ? mark.to : i + 1;
  }
  return marks;
}

function readMark(words: Words, index: number, marks: Mark[]): Mark | undefined {
  const key = words.tokens[index]!.key;
  const code = key.charCodeAt(0);
  const digit = code >= 48 && code <= 57;
  if (digit || code > 96) {
    const date = readDate(words, index) ?? (index > 0 ? readShortDate(words, index) : undefined);
    if (date) return { kind: 'date', from: index, to: date.to, strong: true, value: date.date };
  }
  const resolution = digit || code === 111 ? readResolution(words, index) : undefined;
  if (resolution) return resolution;
  const numbering = readNumbering(words, index);
  if (numbering) return fromNumbering(numbering, index);
  const phrase = (digit ? readAnniversary(words, index) : undefined) ?? readPhrase(words, index);
  if (phrase) return phrase;
  return (
    (digit ? (readYear(words, index) ?? readBareLines(words, index, marks)) : undefined) ??
    readJunk(words, index) ??
    readGluedNumbering(words, index)
  );
}

const TELEVISION = new Set(['HDTV', 'PDTV', 'SDTV', 'DVB']);

/** Whether the name says that it was taken from a broadcast. */
export function isTelevised(marks: Mark[]): boolean {
  return marks.some((mark) => mark.kind === 'source' && TELEVISION.has(mark.value));
}

/** Whether the mark counts something rather than tells of the release: numbering, dates and years. */
export function isCounting({ kind }: Mark): boolean {
  return kind === 'numbering' || kind === 'date' || kind === 'year';
}
