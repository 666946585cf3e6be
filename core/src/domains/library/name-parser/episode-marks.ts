import { episodeWord, isSeasonWord, range } from './numbering.ts';
import { readSeasons } from './season-marks.ts';
import { gapBefore } from './tokens.ts';
import type { Token, Words } from './tokens.ts';

/** Seasons and episodes written in full ("S01E02", "1x02", "Season 3", "Ep. 4-6"), and the word after them. */
export interface NumberingMark {
  to: number;
  season?: number;
  seasons?: number[];
  episodes: number[];
  /** The episode is counted within a mini-series, which has no seasons. */
  wholeSeries?: boolean;
}

const LONGEST_WORD = 40;
const LONGEST_RANGE = 2000;
const SEASON_EPISODE = /^[st](\d{1,4})x?(?:ep|e|x)o?(\d{1,5})(.*)$/;
const CROSS = /^(\d{1,4})x(\d{1,4})(.*)$/;
const MORE_EPISODES = /^(?:ep|e|x(?!26[3-6]$))(\d{1,5})/;
const ENDING = /^(?:[a-d]|v\d|final)?$/;
const LETTERS_AND_NUMBER = /^(\p{L}+)(\d{1,5})(?:v\d|[a-d])?$/u;
/** "2기" is a season, "05화" and "5회" are episodes. */
const KOREAN = /^(\d{1,4})([기화회])$/;
const COUNT_OF = /^(\d{1,3})of(\d{1,3}|x+)$/;

/** Reads the numbering that begins at word `index`, if one does. */
export function readNumbering(words: Words, index: number): NumberingMark | undefined {
  const token = words.tokens[index]!;
  if (token.key.length > LONGEST_WORD) return undefined;
  const start = readSeasonEpisode(token) ?? readSplitSeasonEpisode(words, index) ?? readAnnounced(words, index);
  if (start) return withMoreEpisodes(words, index, start);
  return readEpisodeWord(words, index) ?? readSeasons(words, index) ?? readCountOf(words, index);
}

interface Start {
  season?: number;
  episodes: number[];
  /** Words taken. */
  length: number;
}

function tail(rest: string, episodes: number[]): boolean {
  let left = rest;
  for (let match = MORE_EPISODES.exec(left); match; match = MORE_EPISODES.exec(left)) {
    episodes.push(Number(match[1]));
    left = left.slice(match[0].length);
  }
  return ENDING.test(left);
}

function readSeasonEpisode({ key }: Token): Start | undefined {
  const marked = SEASON_EPISODE.exec(key);
  if (marked) {
    const episodes = [Number(marked[2])];
    return tail(marked[3]!, episodes) ? { season: Number(marked[1]), episodes, length: 1 } : undefined;
  }
  const cross = CROSS.exec(key);
  if (!cross || key === '16x9') return undefined;
  const [, season, episode] = cross as unknown as [string, string, string];
  const plausible = season.length <= 2 ? episode.length <= 3 : /^(19|20)\d\d$/.test(season) && episode.length <= 2;
  const episodes = [Number(episode)];
  return plausible && tail(cross[3]!, episodes) ? { season: Number(season), episodes, length: 1 } : undefined;
}

/** "Ep 2x03". */
function readAnnounced(words: Words, index: number): Start | undefined {
  const next = words.tokens[index + 1];
  if (!next || next.key.length > LONGEST_WORD || !episodeWord(words.tokens[index]!.key)) return undefined;
  const start = readSeasonEpisode(next);
  return start && { ...start, length: 2 };
}

/** "S01 E02", "s03-x01", "S01.Ep.01", "Season 2 Episode 5" come as season mark first; here only the short forms. */
function readSplitSeasonEpisode(words: Words, index: number): Start | undefined {
  const { tokens } = words;
  const season = /^s(\d{1,4})$/.exec(tokens[index]!.key);
  const next = tokens[index + 1];
  if (!season || !next || gapBefore(words, index + 1).length > 3 || next.bracket !== tokens[index]!.bracket)
    return undefined;
  const glued = MORE_EPISODES.exec(next.key);
  if (glued) {
    const episodes: number[] = [];
    return tail(next.key, episodes) ? { season: Number(season[1]), episodes, length: 2 } : undefined;
  }
  const number = tokens[index + 2]?.number ?? -1;
  const apart =
    (next.key === 'e' || next.key === 'ep' || next.key === 'episode') &&
    number >= 0 &&
    gapBefore(words, index + 2).length < 3;
  return apart ? { season: Number(season[1]), episodes: [number], length: 3 } : undefined;
}

const JOINED = /^[\s._]*(?:[-~&+,]?)[\s._]*$/;
const RANGE_SIGN = /[-~]/;
const JOINING_WORDS = new Set(['à', 'and', 'und', 'et', 'y']);

/** Episode number of a word that continues a mark ("E03", "x03", "S01E03", "1x03"), of the same season. */
function continuing(key: string, season: number | undefined): number[] | undefined {
  if (key.length > LONGEST_WORD) return undefined;
  const episodes: number[] = [];
  if (MORE_EPISODES.test(key)) return tail(key, episodes) ? episodes : undefined;
  const full = readSeasonEpisode({ key } as Token);
  return full && full.season === season ? full.episodes : undefined;
}

/**
 * Adds what follows the first episode: "E02-E05" and "E02-05" are ranges, "E02E03", "E02-E03-E04" and "E02 & E03" are lists.
 * A bare number counts only when glued on by a dash and larger than the one before.
 */
function withMoreEpisodes(words: Words, index: number, start: Start): NumberingMark {
  const episodes = [...start.episodes];
  let to = index + start.length;
  let joins = 0;
  let ranged = false;
  for (; to < words.tokens.length; to++) {
    const gap = gapBefore(words, to);
    const token = words.tokens[to]!;
    const last = episodes.at(-1)!;
    if (JOINING_WORDS.has(token.key) && continuing(words.tokens[to + 1]?.key ?? '', start.season)) {
      ranged ||= token.key === 'à';
      continue;
    }
    if (!JOINED.test(gap)) break;
    const more = continuing(token.key, start.season) ?? gluedNumber(token, gap, last);
    if (!more) break;
    if (more[0]! < last) break;
    if (RANGE_SIGN.test(gap)) ranged = true;
    joins++;
    episodes.push(...more);
  }
  if (joins === 1 && ranged && episodes.length === start.episodes.length + 1) fillRange(episodes);
  return { to, ...(start.season !== undefined && { season: start.season }), episodes: [...new Set(episodes)] };
}

function gluedNumber(token: Token, gap: string, last: number): number[] | undefined {
  const near = token.number > last && token.number - last < 250 && token.key.length <= 5;
  const signed = gap === '-' || gap === '~' || (gap === '+' && token.key.length > 1);
  return signed && near ? [token.number] : undefined;
}

function fillRange(episodes: number[]): void {
  const to = episodes.pop()!;
  const from = episodes.pop()!;
  if (to >= from && to - from < LONGEST_RANGE) episodes.push(...range(from, to));
  else episodes.push(from, to);
}

/** "Ep04", "Episode 99-100", "Серии: 1-24", "afl.2-3-4", "Cap.105_107", "第01-15集", "8. bölüm". */
function readEpisodeWord(words: Words, index: number): NumberingMark | undefined {
  const { tokens } = words;
  const token = tokens[index]!;
  const glued = LETTERS_AND_NUMBER.exec(token.key);
  if (glued) {
    const word = episodeWord(glued[1]!);
    // "E3" alone is a fair, not an episode.
    if (
      !word ||
      (glued[1] === 'e' && glued[2]!.length < 2 && index > 0 && !RANGE_SIGN.test(gapBefore(words, index + 1)))
    )
      return undefined;
    return finishEpisodes(words, index + 1, Number(glued[2]), word.packed);
  }
  const word = episodeWord(token.key);
  if (word && token.key !== 'e') {
    const next = tokens[index + 1];
    const near = next && gapBefore(words, index + 1).length < 5 && (!word.after || next.bracket === token.bracket);
    const first = near ? /^(\d{1,5})(?:v\d|[a-d])?$/.exec(next.key) : null;
    if (first) return finishEpisodes(words, index + 2, Number(first[1]), word.packed);
  }
  if (token.key === '第' && (tokens[index + 1]?.number ?? -1) >= 0) return readNumberedPart(words, index + 1);
  if (token.number >= 0 && token.key.length < 5) return readNumberBeforeWord(words, index);
  const korean = KOREAN.exec(token.key);
  if (!korean) return undefined;
  const value = Number(korean[1]);
  return korean[2] === '기' ? { to: index + 1, season: value, episodes: [] } : { to: index + 1, episodes: [value] };
}

function readNumberBeforeWord(words: Words, index: number): NumberingMark | undefined {
  const mark = withMoreNumbers(words, index + 1, words.tokens[index]!.number);
  const [word, following] = [words.tokens[mark.to], words.tokens[mark.to + 1]];
  if (!word || gapBefore(words, mark.to).length > 2 || word.bracket !== words.tokens[index]!.bracket) return undefined;
  const leadsOn = following !== undefined && following.number >= 0 && following.bracket === word.bracket;
  return episodeWord(word.key)?.after && !leadsOn ? { ...mark, to: mark.to + 1 } : undefined;
}

function readNumberedPart(words: Words, index: number): NumberingMark | undefined {
  const mark = finishEpisodes(words, index + 1, words.tokens[index]!.number, false);
  const unit = words.tokens[mark.to]?.key ?? '';
  if (isSeasonWord(unit)) return { to: mark.to + 1, seasons: mark.episodes, season: mark.episodes[0]!, episodes: [] };
  return /^[集话話回]/.test(unit) ? { ...mark, to: mark.to + 1 } : undefined;
}

function finishEpisodes(words: Words, to: number, first: number, packed: boolean): NumberingMark {
  const mark = withMoreNumbers(words, to, first);
  if (!packed || first < 100) return mark;
  const season = Math.floor(first / 100);
  const inSeason = mark.episodes
    .filter((episode) => Math.floor(episode / 100) === season)
    .map((episode) => episode % 100);
  return { to: mark.to, season, episodes: inSeason };
}

function withMoreNumbers(words: Words, index: number, first: number): NumberingMark {
  const episodes = [first];
  let to = index;
  let joins = 0;
  for (; to < words.tokens.length; to++) {
    const gap = gapBefore(words, to);
    const key = words.tokens[to]!.key;
    const match = /^(?:ep|e)?(\d{1,5})$/.exec(key);
    if (!match || Number(match[1]) <= episodes.at(-1)!) break;
    const marked = key.startsWith('e');
    if (!(marked ? /^[\s._&+]*[-~]?[\s._]*$/ : /^[-~_]$/).test(gap)) break;
    episodes.push(Number(match[1]));
    if (/[-~_]/.test(gap)) joins++;
  }
  if (joins === 1 && episodes.length === 2) fillRange(episodes);
  return { to, episodes };
}

/** "5of9". */
function readCountOf(words: Words, index: number): NumberingMark | undefined {
  const match = COUNT_OF.exec(words.tokens[index]!.key);
  return match ? { to: index + 1, episodes: [Number(match[1])], wholeSeries: true } : undefined;
}

const GLUED = /s(\d{1,2})e(\d{1,4})((?:-?e\d{1,4})*)$/;
const GLUED_CROSS = /^\D*\D(\d{1,2})x(\d{2,3})$/;

/** Numbering grown onto the last word of a title ("CastleS01E02", "Castle1x01"); `at` is where it begins within the word. */
export function readGlued(key: string): { at: number; season: number; episodes: number[] } | undefined {
  if (key.length > LONGEST_WORD) return undefined;
  const match = GLUED.exec(key);
  if (match && match.index > 0) {
    const episodes = [Number(match[2])];
    tail(match[3]!, episodes);
    return { at: match.index, season: Number(match[1]), episodes };
  }
  const cross = GLUED_CROSS.exec(key);
  return cross
    ? {
        at: key.length - cross[1]!.length - cross[2]!.length - 1,
        season: Number(cross[1]),
        episodes: [Number(cross[2])],
      }
    : undefined;
}
