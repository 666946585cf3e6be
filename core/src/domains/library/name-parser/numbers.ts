import type { NumberingMark } from './episode-marks.ts';
import type { Mark } from './marks.ts';

/** Seasons and episodes of a name. */
export interface Numbers {
  season?: number;
  /** All seasons, where the name is of several. */
  seasons?: number[];
  episodes: number[];
  absoluteEpisode?: number;
  /** The first mark that numbers. */
  mark?: Mark;
  /** The episode was told by its place alone. */
  bare: boolean;
}

function hasEpisodes({ numbering }: Mark): boolean {
  return numbering !== undefined && numbering.episodes.length > 0;
}

function seasonsOf({ numbering }: Mark): number[] {
  const { season, seasons } = numbering!;
  return seasons ?? (season === undefined ? [] : [season]);
}

function onlyEpisode(numbering: NumberingMark | undefined): number | undefined {
  return numbering?.season === undefined && numbering?.episodes.length === 1 ? numbering.episodes[0] : undefined;
}

/**
 * Joins the marks that number: the one with season and episodes counts, or else one of each. `grouped` names are those of anime, whose
 * lone numbers count through all seasons.
 */
export function readNumbers(marks: Mark[], grouped: boolean): Numbers {
  const all = marks.filter((mark) => mark.numbering);
  const [first] = all;
  if (!first) return { episodes: [], bare: false };
  const full = all.find((mark) => hasEpisodes(mark) && mark.numbering!.season !== undefined);
  const counted = full ?? all.find(hasEpisodes);
  const seasons = [...new Set(all.flatMap(seasonsOf))].sort((a, b) => a - b);
  const numbers: Numbers = {
    episodes: counted?.numbering!.episodes ?? [],
    bare: counted?.value === 'bare',
    mark: first,
  };
  if (full) numbers.season = full.numbering!.season!;
  else if (seasons.length > 1) numbers.seasons = seasons;
  else if (seasons.length === 1) numbers.season = seasons[0]!;
  else if (counted?.numbering!.wholeSeries) numbers.season = 1;
  const absolute = full
    ? all.map((mark) => onlyEpisode(mark.numbering)).find((episode) => episode !== undefined)
    : (numbers.bare || grouped) && seasons.length === 0
      ? onlyEpisode(counted?.numbering)
      : undefined;
  if (absolute !== undefined) numbers.absoluteEpisode = absolute;
  return numbers;
}
