import { isCounting } from './marks.ts';
import type { Mark } from './marks.ts';
import { gapBefore } from './tokens.ts';
import type { Words } from './tokens.ts';

function inOwnBracket(words: Words, mark: Mark): boolean {
  const bracket = words.brackets[words.tokens[mark.from]!.bracket];
  return bracket !== undefined && bracket.first === mark.from;
}

/** The second year of "1999-2004". */
function endsRange(words: Words, mark: Mark, years: Mark[]): boolean {
  return years.some((other) => other.to === mark.from) && gapBefore(words, mark.from).includes('-');
}

/**
 * Of several years the one in brackets, otherwise the last before the tags: "2001 A Space Odyssey 1968" is of 1968.
 * The first word of a title is a year only if nothing else in the name is one and words follow.
 */
export function chooseYear(words: Words, marks: Mark[], begin: number): Mark | undefined {
  const years = marks.filter((mark) => mark.kind === 'year');
  if (years.length === 0) return undefined;
  const numbered = marks.find((mark) => mark.kind === 'numbering' || mark.kind === 'date');
  const tag = marks.find((mark) => mark.strong && !isCounting(mark));
  const usable = years.filter((mark) => {
    const bracketed = inOwnBracket(words, mark);
    if ((mark.from === begin && !bracketed) || endsRange(words, mark, years)) return false;
    return !numbered || mark.from < numbered.from || mark.from === numbered.to || bracketed;
  });
  const chosen =
    usable.findLast((mark) => inOwnBracket(words, mark)) ??
    usable.findLast((mark) => !tag || mark.from < tag.from) ??
    usable[0];
  if (chosen) return chosen;
  const only = years.length === 1 ? years[0]! : undefined;
  const wordsFollow = only && only.to < words.tokens.length && !marks.some((mark) => mark.from === only.to);
  return wordsFollow && !numbered ? only : undefined;
}

/** "Space - Episode 4 - The Hope (1977)": an episode without season, with words and then the year behind it, is part of a film's title. */
export function isFilmsEpisode(words: Words, mark: Mark, year: Mark | undefined): boolean {
  const { numbering } = mark;
  if (!numbering || numbering.season !== undefined || numbering.episodes.length !== 1 || !year) return false;
  return year.from > mark.to && inOwnBracket(words, year) && words.tokens[mark.from]!.key.startsWith('ep');
}
