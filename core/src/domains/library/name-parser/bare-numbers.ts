import { isTelevised } from './marks.ts';
import type { Mark } from './marks.ts';
import { range } from './numbering.ts';
import { gapBefore } from './tokens.ts';
import type { Words } from './tokens.ts';

/** What is known around a number that nothing names as an episode. */
export interface NumberScene {
  /** First word of the title. */
  begin: number;
  /** The name opens with a release group in brackets, as anime does. */
  grouped: boolean;
  /** Season of the folder, if the file lies in one. */
  folderSeason?: number;
  /** The file lies in a folder that carries its title. */
  inShowFolder: boolean;
  marks: Mark[];
}

export interface BareNumber {
  from: number;
  to: number;
  season?: number;
  episodes: number[];
}

interface Candidate {
  index: number;
  value: number;
  score: number;
}

const NUMBER = /^(\d{1,4})(?:v\d)?$/;
const DASHED = /^(?:[\s._]+-[\s._]*|[\s._]*-[\s._]+)$|[)\]][\s._]*-[\s._]*$/;

const LAST_WORDS = new Set([
  '完',
  'end',
  'fin',
  'final',
  'tv',
  'movies',
  'specials',
  'ova',
  'ovas',
  'special',
  'movie',
]);
const MOST_EPISODES = 2000;

type After = 'end' | 'bracket' | 'dash' | 'mark' | 'text';

function after(words: Words, index: number, markAt: (index: number) => Mark | undefined): After {
  const next = words.tokens[index + 1];
  if (!next) return 'end';
  const gap = gapBefore(words, index + 1);
  if (/[[({【]/.test(gap)) return 'bracket';
  if (next.bracket !== words.tokens[index]!.bracket) return 'bracket';
  if (DASHED.test(gap)) return 'dash';
  const mark = markAt(index + 1);
  return mark && mark.from === index + 1 && (mark.strong || mark.kind === 'language') && mark.kind !== 'year'
    ? 'mark'
    : 'text';
}

/** A bracket that holds this number alone, or with a range or an end sign: "[04]", "(01-25)", "[13完]", "[234 Fin]". */
function fillsBracket(words: Words, index: number): boolean {
  const bracket = words.brackets[words.tokens[index]!.bracket];
  if (!bracket || bracket.first !== index || bracket.last - index > 6) return false;
  for (let i = index + 1; i < bracket.last; i++) {
    const { key } = words.tokens[i]!;
    if (!/^\d{1,4}(?:v\d|tv)?$/.test(key) && !LAST_WORDS.has(key)) return false;
  }
  return true;
}

function score(words: Words, index: number, scene: NumberScene, markAt: (index: number) => Mark | undefined): number {
  const { key } = words.tokens[index]!;
  const { grouped, folderSeason } = scene;
  const padded = key.startsWith('0') || key.includes('v');
  const gap = gapBefore(words, index);
  const first = index === scene.begin;
  const run = readRun(words, index);
  const next = after(words, run.to - 1, markAt);
  if (markAt(run.to)?.numbering) return 0;
  const stops = next !== 'text';
  if (fillsBracket(words, index)) return grouped || padded || folderSeason !== undefined ? 90 : 30;
  if (words.tokens[index]!.bracket >= 0) return 0;
  if (gap.includes('#')) return 95;
  if (first) return scoreFirst(words, index, padded, next, scene);
  if (DASHED.test(gap)) return stops ? 85 : padded || grouped || key.length > 2 ? 70 : 0;
  if (grouped && stops) return 60;
  if (!grouped && gap === '-' && next === 'bracket') return 50;
  if ((next === 'mark' || next === 'end' || next === 'bracket') && padded) return 45;
  if (next === 'mark' && key.length > 1 && isTelevised(scene.marks)) return 45;
  if (scene.inShowFolder && next === 'end') return 45;
  if (next === 'end' && RANGE_SIGN.test(gap) && key.length > 1) return 40;
  return padded && key.length > 1 && words.tokens[index + 1] && !stops ? 20 : 0;
}

const RANGE_SIGN = /^[-~]$/;

function scoreFirst(words: Words, index: number, padded: boolean, next: After, scene: NumberScene): number {
  if (scene.folderSeason !== undefined) return 75;
  if (next === 'dash') return 55;
  const gap = gapBefore(words, index + 1);
  if (padded && words.tokens[index]!.key.length > 1 && (gap.startsWith('.') || gap.startsWith('-') || scene.grouped))
    return 55;
  return scene.inShowFolder && padded ? 55 : 0;
}

/** Finds the number that most likely counts an episode, by its place: behind a dash, alone in brackets, before the tags, or first. */
export function findBareNumber(words: Words, scene: NumberScene): BareNumber | undefined {
  const covered = new Map<number, Mark>();
  for (const mark of scene.marks) for (let i = mark.from; i < mark.to; i++) covered.set(i, mark);
  const markAt = (index: number): Mark | undefined => covered.get(index);
  const year = scene.marks.find((mark) => mark.kind === 'year');
  let best: Candidate | undefined;
  let tagged = false;
  for (let i = scene.begin; i < words.tokens.length; i++) {
    const mark = covered.get(i);
    if (mark && mark.strong && mark.kind !== 'year') tagged = true;
    if (mark) continue;
    const match = words.tokens[i]!.key.length < 8 ? NUMBER.exec(words.tokens[i]!.key) : null;
    if (!match || (tagged && !fillsBracket(words, i))) continue;
    const points = score(words, i, scene, markAt);
    const beforeYear =
      year !== undefined && i < year.from && !scene.grouped && !(points >= 70 && readRun(words, i).to > i + 1);
    if (points === 0 || (beforeYear && scene.folderSeason === undefined)) continue;
    if (!best || points > best.score || (points === best.score && points === 85))
      best = { index: i, value: Number(match[1]), score: points };
  }
  return best && finish(words, best, scene, markAt);
}

function finish(
  words: Words,
  best: Candidate,
  scene: NumberScene,
  markAt: (index: number) => Mark | undefined,
): BareNumber {
  const from = rangeStart(words, best, scene.begin);
  const run = readRun(words, from);
  const next = markAt(run.to);
  const single = run.episodes.length === 1;
  const { value } = best;
  const { key } = words.tokens[best.index]!;
  const packedByFolder =
    single && scene.folderSeason !== undefined && key.length >= 3 && Math.floor(value / 100) === scene.folderSeason;
  const tagged =
    next !== undefined && isTelevised(scene.marks) && !scene.grouped && best.score === 45 && !key.startsWith('0');
  if (single && key.length >= 3 && value >= 100 && (packedByFolder || tagged)) {
    return { from, to: run.to, season: Math.floor(value / 100), episodes: [value % 100] };
  }
  return { from, to: run.to, episodes: run.episodes };
}

/** "01-12": the second number is as good a candidate as the first, the range begins with the first. */
function rangeStart(words: Words, best: Candidate, begin: number): number {
  let start = best.index;
  while (start > begin && joins(words, start)) start--;
  return start;
}

/** The number counted through all seasons in front of one written in full: "Name - 17 - S02E05", "Name 13-15 S02E01-03". */
export function findAbsolute(words: Words, before: number, begin: number): BareNumber | undefined {
  const index = before - 1;
  const token = words.tokens[index];
  if (!token || index <= begin || token.number < 1 || token.key.length > 4) return undefined;
  const from = rangeStart(words, { index, value: token.number, score: 0 }, begin + 1);
  const dashed = DASHED.test(gapBefore(words, index)) && /[-([]/.test(gapBefore(words, before));
  return from < index || dashed ? { from, to: before, episodes: readRun(words, from).episodes } : undefined;
}

function joins(words: Words, index: number): boolean {
  const [before, token] = [words.tokens[index - 1]!, words.tokens[index]!];
  if (before.number < 0 || before.number >= token.number || before.key.length > 4) return false;
  const gap = gapBefore(words, index);
  const spaced = gap === ' - ' && before.key.startsWith('0') && before.key.length === token.key.length;
  return /^\s?~\s?$|^-$|^[\s._]*[&][\s._]*$/.test(gap) || spaced;
}

function readRun(words: Words, index: number): { to: number; episodes: number[] } {
  const value = (at: number): number => Number(NUMBER.exec(words.tokens[at]?.key.replace(/tv$/, '') ?? '')?.[1] ?? -1);
  const episodes = [value(index)];
  let to = index + 1;
  for (; to < words.tokens.length; to++) {
    const next = value(to);
    const last = episodes.at(-1)!;
    const gap = gapBefore(words, to);
    if (next <= last || next - last > MOST_EPISODES) break;
    const spaced = gap === ' - ' && words.tokens[index]!.key.startsWith('0');
    if (/^\s?~\s?$|^-$/.test(gap) || spaced) episodes.push(...range(last + 1, next));
    else if (/^[\s._]*[&,+][\s._]*$/.test(gap)) episodes.push(next);
    else break;
  }
  return { to, episodes };
}
