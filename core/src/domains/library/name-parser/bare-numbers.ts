import { isTelevised } from './marks.ts';
import type { Mark } from './marks.ts';
import { fillsBracket, isSeparatingDash, scoreNumber } from './number-rules.ts';
import type { NumberScene } from './number-rules.ts';
import { range } from './numbering.ts';
import { gapBefore } from './tokens.ts';
import type { Words } from './tokens.ts';

/** Episodes told by words [from, to). */
export interface BareNumber {
  from: number;
  to: number;
  season?: number;
  episodes: number[];
}

interface Candidate {
  index: number;
  points: number;
}

const NUMBER = /^(\d{1,4})(?:v\d)?$/;
/** Numbers that are rather years. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2039;
const MOST_EPISODES = 2000;
/** Points of a number behind a dash: with more than one such the last counts, since titles have dashes too. */
const DASHED = 85;
const BEFORE_TAGS = 45;
/** Below this, "720" and its like are picture heights. */
const CERTAIN = 55;
const HEIGHTS = new Set([480, 576, 720, 1080, 2160]);

function numberAt(words: Words, index: number): number {
  const key = words.tokens[index]?.key ?? '';
  const match = key.length < 8 ? NUMBER.exec(key.endsWith('tv') ? key.slice(0, -2) : key) : null;
  const value = match ? Number(match[1]) : -1;
  return value >= FIRST_YEAR && value <= LAST_YEAR ? -1 : value;
}

/** Finds the number that most likely counts an episode, by its place: behind a dash, alone in brackets, before the tags, or first. */
export function findBareNumber(scene: NumberScene): BareNumber | undefined {
  const { words, begin, marks } = scene;
  const covering = coverage(words, marks);
  const year = marks.find((mark) => mark.kind === 'year')?.from ?? -1;
  const firstTag = marks.find((mark) => mark.strong && mark.kind !== 'year')?.from ?? words.tokens.length;
  let best: Candidate = { index: -1, points: 0 };
  for (let i = begin; i < words.tokens.length; i++) {
    if (covering[i] || numberAt(words, i) < 0 || (i > firstTag && !fillsBracket(words, i))) continue;
    const { to } = readRun(words, i);
    const points = scoreNumber(scene, i, to, covering[to]);
    if (points < CERTAIN && HEIGHTS.has(numberAt(words, i))) continue;
    // In front of a year stands a film's title, and its number with it, unless it is a range.
    if (i < year && !scene.grouped && scene.folderSeason === undefined && (points < 70 || to === i + 1)) continue;
    if (points > best.points || (points === best.points && points === DASHED)) best = { index: i, points };
  }
  return best.points > 0 ? finish(scene, best, covering) : undefined;
}

function coverage(words: Words, marks: Mark[]): (Mark | undefined)[] {
  const covering: (Mark | undefined)[] = Array.from({ length: words.tokens.length });
  for (const mark of marks) covering.fill(mark, mark.from, mark.to);
  return covering;
}

/** "Show.214.HDTV" and "214" in the folder of season 2 write season and episode as one number. */
function finish(scene: NumberScene, { index, points }: Candidate, covering: (Mark | undefined)[]): BareNumber {
  const { words, begin, grouped, folderSeason, marks } = scene;
  const from = rangeStart(words, index, begin);
  const { to, episodes } = readRun(words, from);
  const value = episodes[0]!;
  const season = Math.floor(value / 100);
  if (episodes.length > 1 || value < 100) return { from, to, episodes };
  const televised = points === BEFORE_TAGS && !grouped && covering[to] !== undefined && isTelevised(marks);
  const { key } = words.tokens[from]!;
  const unpadded = !key.startsWith('0') || key.length === 4;
  return season === folderSeason || (televised && unpadded)
    ? { from, to, season, episodes: [value % 100] }
    : { from, to, episodes };
}

/** "01-12": the second number is as good a candidate as the first, the range begins with the first. */
function rangeStart(words: Words, index: number, begin: number): number {
  let start = index;
  while (
    start > begin &&
    numberAt(words, start - 1) >= 0 &&
    numberAt(words, start - 1) < numberAt(words, start) &&
    isJoint(words, start)
  )
    start--;
  return start;
}

/** What joins two numbers of a row: "-" or "~", spaced only between numbers padded alike, or "&" and its like. */
function isJoint(words: Words, index: number): boolean {
  const gap = gapBefore(words, index);
  if (/^\s?~\s?$|^-$|^[\s._]*[&,+][\s._]*$/.test(gap)) return true;
  const [before, here] = [words.tokens[index - 1]!.key, words.tokens[index]!.key];
  return gap === ' - ' && before.startsWith('0') && before.length === here.length;
}

function readRun(words: Words, index: number): { to: number; episodes: number[] } {
  const episodes = [numberAt(words, index)];
  let to = index + 1;
  for (; to < words.tokens.length; to++) {
    const [next, last] = [numberAt(words, to), episodes.at(-1)!];
    if (next <= last || next - last > MOST_EPISODES || !isJoint(words, to)) break;
    if (/[&,+]/.test(gapBefore(words, to))) episodes.push(next);
    else episodes.push(...range(last + 1, next));
  }
  return { to, episodes };
}

/** The number counted through all seasons in front of one written in full: "Name - 17 - S02E05", "Name 13-15 S02E01-03". */
export function findAbsolute(words: Words, before: number, begin: number): BareNumber | undefined {
  const index = before - 1;
  if (index <= begin || numberAt(words, index) < 1) return undefined;
  const from = rangeStart(words, index, begin + 1);
  const dashed = isSeparatingDash(gapBefore(words, index)) && /[-([]/.test(gapBefore(words, before));
  return from < index || dashed ? { from, to: before, episodes: readRun(words, from).episodes } : undefined;
}
