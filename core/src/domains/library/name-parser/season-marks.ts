import type { NumberingMark } from './episode-marks.ts';
import { episodeWord, isSeasonWord, ordinalValue, range } from './numbering.ts';
import { gapBefore } from './tokens.ts';
import type { Words } from './tokens.ts';

const RANGE_WORDS = new Set(['to', 'a', 'thru', 'through', 'bis', 'до', 'until']);
const LIST_WORDS = new Set(['and', 'e', 'y', 'und', 'et', 'и']);
const SHORT = /^s(\d{1,4})$/;
/** "1xAll", and the discs of a season, "S07D1". */
const WHOLE = /^(?:(\d{1,2})xall|s(\d{1,2})d\d{1,2})$/;
const GLUED = /^(\p{L}+)(\d{1,4})$/u;
const SEASON_OF = /^(\d{1,2})of\d{1,2}$/;

/** Reads seasons without episodes: "S02", "S01-S10", "Season 3", "Seasons 1 to 5", "2nd Season", "4. Staffel". */
export function readSeasons(words: Words, index: number): NumberingMark | undefined {
  return readShort(words, index) ?? readWord(words, index) ?? readOrdinal(words, index);
}

function finish(to: number, seasons: number[]): NumberingMark {
  const unique = [...new Set(seasons)];
  return { to, season: unique[0]!, ...(unique.length > 1 && { seasons: unique }), episodes: [] };
}

function seasonOf(digits: string): NumberingMark | number {
  const value = Number(digits);
  // "S0615" is season 6, episode 15; "S2014" is a season named after its year.
  if (digits.length === 4 && !/^(19|20)/.test(digits)) {
    return { to: 0, season: Math.floor(value / 100), episodes: [value % 100] };
  }
  return value;
}

function readShort(words: Words, index: number): NumberingMark | undefined {
  const { key } = words.tokens[index]!;
  const whole = WHOLE.exec(key);
  if (whole) return finish(index + 1, [Number(whole[1] ?? whole[2])]);
  const apart = words.tokens[index + 1];
  if (key === 's' && apart && /^\d\d$/.test(apart.key) && gapBefore(words, index + 1) === ' ')
    return finish(index + 2, [apart.number]);
  const match = SHORT.exec(key);
  if (!match) return undefined;
  const first = seasonOf(match[1]!);
  if (typeof first !== 'number') return { ...first, to: index + 1 };
  const seasons = [first];
  let to = index + 1;
  for (; to < words.tokens.length; to++) {
    const gap = gapBefore(words, to);
    const next = nextShort(words.tokens[to]!.key, gap);
    if (next === undefined || gap.length > 5 || next <= seasons.at(-1)!) break;
    if (/[-~]/.test(gap) && seasons.length === 1 && !continues(words, to + 1))
      seasons.push(...range(seasons[0]! + 1, next));
    else seasons.push(next);
  }
  return finish(to, seasons);
}

function continues(words: Words, index: number): boolean {
  return SHORT.test(words.tokens[index]?.key ?? '') && /^[-~]$/.test(gapBefore(words, index));
}

function nextShort(key: string, gap: string): number | undefined {
  const match = SHORT.exec(key);
  if (match) return match[1]!.length < 4 ? Number(match[1]) : undefined;
  return (gap === '-' || gap === '~') && /^\d\d?$/.test(key) ? Number(key) : undefined;
}

function readWord(words: Words, index: number): NumberingMark | undefined {
  const { tokens } = words;
  const key = tokens[index]!.key;
  const glued = GLUED.exec(key);
  if (glued && isSeasonWord(glued[1]!)) return moreSeasons(words, index + 1, Number(glued[2]));
  if (!isSeasonWord(key) && !isBritishSeason(words, index)) return undefined;
  const next = tokens[index + 1];
  if (!next || gapBefore(words, index + 1).length > 4) return undefined;
  const counted = SEASON_OF.exec(next.key);
  if (counted) return finish(index + 2, [Number(counted[1])]);
  const short = SHORT.exec(next.key);
  if (short && short[1]!.length < 4) return moreSeasons(words, index + 2, Number(short[1]));
  return next.number >= 0 && next.key.length <= 4 ? moreSeasons(words, index + 2, next.number) : undefined;
}

/** "Series 2 Episode 5": only in front of an episode does "series" mean a season. */
function isBritishSeason({ tokens }: Words, index: number): boolean {
  const [word, number, next] = [tokens[index]!, tokens[index + 1], tokens[index + 2]];
  return (
    word.key === 'series' &&
    number !== undefined &&
    number.key.length < 3 &&
    next !== undefined &&
    next.key.startsWith('ep')
  );
}

interface Step {
  value: number;
  /** Words taken. */
  length: number;
  ranged: boolean;
}

/** The next number of "1 to 5", "1-5", "1 & 2", "1,2,3", "1 2 3", or undefined where the list of seasons ends. */
function nextSeason(words: Words, to: number, seasons: number[], plural: boolean): Step | undefined {
  const token = words.tokens[to];
  if (!token) return undefined;
  const gap = gapBefore(words, to);
  if (gap.length > 4 || /[[({]/.test(gap)) return undefined;
  const last = seasons.at(-1)!;
  if (RANGE_WORDS.has(token.key) || LIST_WORDS.has(token.key)) {
    const skip = isSeasonWord(words.tokens[to + 1]?.key ?? '') ? 2 : 1;
    const value = words.tokens[to + skip]?.number ?? -1;
    return value > last && value < 100 ? { value, length: skip + 1, ranged: RANGE_WORDS.has(token.key) } : undefined;
  }
  if (token.number <= last || token.number > 99 || token.key.length > 2) return undefined;
  if (/^[-~]$/.test(gap)) return { value: token.number, length: 1, ranged: true };
  if (/[,&+/]/.test(gap)) return { value: token.number, length: 1, ranged: false };
  const counting = token.number === last + 1 && (plural || words.tokens[to + 1]?.number === last + 2);
  return gap === ' ' && (seasons.length > 1 || counting) && token.number === last + 1 && gapAfterIsOpen(words, to)
    ? { value: token.number, length: 1, ranged: false }
    : undefined;
}

function gapAfterIsOpen(words: Words, index: number): boolean {
  return !gapBefore(words, index + 1).startsWith('.');
}

function moreSeasons(words: Words, index: number, first: number): NumberingMark {
  const plural = (words.tokens[index - 2]?.key ?? '').endsWith('s');
  const seasons = [first];
  let to = index;
  for (let step = nextSeason(words, to, seasons, plural); step; step = nextSeason(words, to, seasons, plural)) {
    seasons.push(...(step.ranged ? range(seasons.at(-1)! + 1, step.value) : [step.value]));
    to += step.length;
  }
  return finish(to, seasons);
}

/** "2nd Season", "4º Temporada", "10 th season", "3. Staffel", "第3季" without its first sign. */
function readOrdinal(words: Words, index: number): NumberingMark | undefined {
  const { tokens } = words;
  const value = ordinalValue(tokens[index]!.key);
  if (value === undefined) return undefined;
  const at = tokens[index + 1]?.key === 'th' ? index + 2 : index + 1;
  const word = tokens[at];
  if (!word || !isSeasonWord(word.key) || word.key.length < 3 || gapBefore(words, at).length > 2) {
    return word?.key === '季' ? finish(at + 1, [value]) : undefined;
  }
  const bare = tokens[index]!.number >= 0;
  const numberFollows = (tokens[at + 1]?.number ?? -1) >= 0 && gapBefore(words, at + 1) === ' ';
  return bare && numberFollows && !countsEpisodes(words, at + 1) ? undefined : finish(at + 1, [value]);
}

/** "1-8 серия" behind "2 сезон". */
function countsEpisodes({ tokens }: Words, index: number): boolean {
  const word = (tokens[index + 1]?.number ?? -1) >= 0 ? tokens[index + 2] : tokens[index + 1];
  return word !== undefined && episodeWord(word.key)?.after === true;
}
