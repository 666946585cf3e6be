import type { BareNumber } from './bare-numbers.ts';
import { isTelevised } from './marks.ts';
import type { NumberScene } from './number-rules.ts';
import { wordValue } from './numbering.ts';

const GLUED = /^(?:part|pt)(\d{1,2})$/;

/** "Name.Part.Two.720p.HDTV": the parts of something broadcast, without a year, are the episodes of a mini-series. */
export function findMiniSeries({ words, begin, marks }: NumberScene): BareNumber | undefined {
  if (!isTelevised(marks) || marks.some((mark) => mark.kind === 'year')) return undefined;
  for (let i = begin + 1; i < words.tokens.length; i++) {
    const { key } = words.tokens[i]!;
    const glued = GLUED.exec(key)?.[1];
    const value = glued ?? (key === 'part' || key === 'pt' ? words.tokens[i + 1]?.key : undefined);
    const number = value === undefined ? undefined : wordValue(value);
    const behind = i + (glued === undefined ? 2 : 1);
    const to = words.tokens[behind]?.key === 'of' ? behind + 2 : behind;
    if (number !== undefined && marks.some((mark) => mark.from === to && mark.strong))
      return { from: i, to, season: 1, episodes: [number] };
  }
  return undefined;
}
