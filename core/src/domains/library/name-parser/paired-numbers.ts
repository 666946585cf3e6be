import type { BareNumber } from './bare-numbers.ts';
import { isSeparatingDash } from './number-rules.ts';
import type { NumberScene } from './number-rules.ts';
import { gapBefore } from './tokens.ts';

/** Season and episode as two numbers without a sign: "[2.05]", "Name - 2.05 - Title", and at the start "2-05 Title". */
export function findPairedNumbers({ words, begin, folderSeason, marks }: NumberScene): BareNumber | undefined {
  const { tokens, brackets } = words;
  const covered = new Set(marks.map((mark) => mark.from));
  for (let i = begin; i < tokens.length - 1; i++) {
    const [season, episode] = [tokens[i]!, tokens[i + 1]!];
    if (covered.has(i) || season.number < 1 || season.key.length > 2 || episode.number < 1 || episode.key.length !== 2)
      continue;
    const gap = gapBefore(words, i + 1);
    const bracket = brackets[season.bracket];
    const alone = gap === '.' && bracket !== undefined && bracket.first === i && bracket.last === i + 2;
    const after = gapBefore(words, i + 2);
    const dashed = gap === '.' && isSeparatingDash(after) && (i === begin || isSeparatingDash(gapBefore(words, i)));
    const opens =
      i === begin && folderSeason === undefined && gap === '-' && /^ [-\w]?/.test(after) && i + 2 < tokens.length;
    if (alone || dashed || opens) return { from: i, to: i + 2, season: season.number, episodes: [episode.number] };
  }
  return undefined;
}
