import { isTelevised } from './marks.ts';
import type { Mark } from './marks.ts';
import { gapBefore } from './tokens.ts';
import type { Words } from './tokens.ts';

/** What is known around a number that nothing names as an episode. */
export interface NumberScene {
  words: Words;
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

/** What follows a number: the end of the name, another bracket, a dash with spaces, a tag, or a word. */
type Follower = 'end' | 'bracket' | 'dash' | 'tag' | 'word';

interface Facts {
  grouped: boolean;
  inSeasonFolder: boolean;
  inShowFolder: boolean;
  televised: boolean;
  digits: number;
  /** "04", "12v2": written as episodes are. */
  padded: boolean;
  /** Alone in its bracket, or with a range or an end sign. */
  fillsBracket: boolean;
  bracketed: boolean;
  first: boolean;
  /** A dash with spaces stands before it. */
  dashed: boolean;
  gap: string;
  gapAfter: string;
  follower: Follower;
}

interface Rule {
  points: number;
  when: (facts: Facts) => boolean;
}

/** The first rule that fits gives the points; none means the number belongs to the title. */
const RULES: Rule[] = [
  { points: 90, when: (f) => f.fillsBracket && (f.grouped || f.padded || f.inSeasonFolder) },
  { points: 30, when: (f) => f.fillsBracket },
  { points: 0, when: (f) => f.bracketed },
  { points: 95, when: (f) => f.gap.includes('#') },
  { points: 75, when: (f) => f.first && f.inSeasonFolder },
  { points: 55, when: (f) => f.first && f.follower === 'dash' },
  {
    points: 55,
    when: (f) => f.first && f.padded && f.digits > 1 && (/^[.-]/.test(f.gapAfter) || f.grouped || f.inShowFolder),
  },
  { points: 0, when: (f) => f.first },
  { points: 85, when: (f) => f.dashed && f.follower !== 'word' },
  { points: 70, when: (f) => f.dashed && (f.padded || f.grouped || f.digits > 2) },
  { points: 0, when: (f) => f.dashed },
  { points: 60, when: (f) => f.grouped && f.follower !== 'word' },
  { points: 50, when: (f) => f.gap === '-' && f.follower === 'bracket' },
  { points: 45, when: (f) => f.padded && f.follower !== 'word' && f.follower !== 'dash' },
  { points: 45, when: (f) => f.televised && f.digits > 1 && f.follower === 'tag' },
  { points: 45, when: (f) => f.inShowFolder && f.follower === 'end' },
  { points: 40, when: (f) => /^[-~]$/.test(f.gap) && f.digits > 1 && f.follower === 'end' },
  { points: 20, when: (f) => f.padded && f.digits > 1 && f.follower === 'word' },
];

/** A dash that separates: spaced on one side at least, or behind a bracket. */
const SEPARATING_DASH = /^(?:[\s._]+-[\s._]*|[\s._]*-[\s._]+)$|[)\]][\s._]*-[\s._]*$/;
const BRACKET_WORDS = new Set([
  '完',
  'end',
  'fin',
  'final',
  'tv',
  'movies',
  'movie',
  'specials',
  'special',
  'ova',
  'ovas',
]);
const MOST_BRACKET_WORDS = 6;

/** Words whose number is not that of an episode. */
const COUNTS_OTHERS = new Set(['vol', 'volume', 'movie', 'film', 'book']);

/** Whether a gap holds a dash that separates two things. */
export function isSeparatingDash(gap: string): boolean {
  return SEPARATING_DASH.test(gap);
}

/** A bracket that holds this number alone, or with a range or an end sign: "[04]", "(01-25)", "[13完]", "[234 Fin]". */
export function fillsBracket({ tokens, brackets }: Words, index: number): boolean {
  const bracket = brackets[tokens[index]!.bracket];
  if (!bracket || bracket.first !== index || bracket.last - index > MOST_BRACKET_WORDS) return false;
  return tokens
    .slice(index + 1, bracket.last)
    .every(({ key }) => /^\d{1,4}(?:v\d|tv)?$/.test(key) || BRACKET_WORDS.has(key));
}

function followerOf(words: Words, to: number, mark: Mark | undefined): Follower {
  const next = words.tokens[to];
  if (!next) return 'end';
  const gap = gapBefore(words, to);
  if (/[[({【]/.test(gap) || next.bracket !== words.tokens[to - 1]!.bracket) return 'bracket';
  if (isSeparatingDash(gap)) return 'dash';
  const isTag = mark?.from === to && mark.kind !== 'year' && (mark.strong || mark.kind === 'language');
  return isTag ? 'tag' : 'word';
}

/** How likely the number at words [index, to) counts episodes, by its place alone: 0 is not at all. `next` is the mark behind it. */
export function scoreNumber(scene: NumberScene, index: number, to: number, next: Mark | undefined): number {
  if (next?.numbering || COUNTS_OTHERS.has(scene.words.tokens[index - 1]?.key ?? '')) return 0;
  const { words, begin, grouped, folderSeason, inShowFolder, marks } = scene;
  const { key, bracket } = words.tokens[index]!;
  const gap = gapBefore(words, index);
  const facts: Facts = {
    grouped,
    inSeasonFolder: folderSeason !== undefined,
    inShowFolder,
    televised: isTelevised(marks),
    digits: key.length,
    padded: key.startsWith('0') || key.includes('v'),
    fillsBracket: fillsBracket(words, index),
    bracketed: bracket >= 0,
    first: index === begin,
    dashed: isSeparatingDash(gap),
    gap,
    gapAfter: gapBefore(words, index + 1),
    follower: followerOf(words, to, next),
  };
  return RULES.find((rule) => rule.when(facts))?.points ?? 0;
}
