import type { MediaData } from '@vitascope/sdk';
import type { ParsedName } from '../name-parser/parsed-name.ts';

export interface Reason {
  text: string;
  /** What it adds to the confidence, or takes from it. */
  weight: number;
}

/** What a local metadata source says of one file. */
export interface LocalDescription {
  provider: string;
  data: MediaData;
  /** Further episodes in the same file. */
  more: readonly MediaData[];
  confidence: number;
}

export interface Question {
  libraryType: 'movies' | 'shows' | 'mixed';
  name: ParsedName;
  descriptions: readonly LocalDescription[];
}

/** What a file was taken for. Without `kind` nobody can say. */
export interface Decision {
  kind: 'movie' | 'episode' | undefined;
  confidence: number;
  reasons: readonly Reason[];
  /** Where in its show. Absent for films. */
  season?: number;
  episodes: readonly number[];
}

/** Says what a file is and how sure that is. The sum of the weights is the confidence. */
export function decide(question: Question): Decision {
  const { name, descriptions } = question;
  const described = descriptions.find(({ data }) => data.type === 'movie' || data.type === 'episode');
  if (described) return fromDescription(question, described);
  const place = placeInShow(name);
  const kind = place ? 'episode' : kindByLibrary(question);
  const reasons = kind === 'episode' ? episodeReasons(question, place) : movieReasons(question);
  return {
    kind,
    confidence: sum(reasons),
    reasons,
    ...(place && { season: place.season }),
    episodes: place?.episodes ?? [],
  };
}

function fromDescription({ name }: Question, { provider, data, more }: LocalDescription): Decision {
  const ids = Object.entries(data.ids ?? {}).filter(([, value]) => value);
  const reasons =
    ids.length > 0
      ? [{ text: `${provider} names ${ids.map(([service, id]) => `${service} ${id}`).join(', ')}`, weight: 1 }]
      : [{ text: `${provider} says "${data.title}"`, weight: 0.9 }];
  if (data.type === 'movie') return { kind: 'movie', confidence: sum(reasons), reasons, episodes: [] };
  const place = placeInShow(name);
  const numbers = [data, ...more].flatMap((each) => (each.episode === undefined ? [] : [each.episode]));
  const episodes = numbers.length > 0 ? numbers : (place?.episodes ?? []);
  const season = data.season ?? place?.season ?? 1;
  if (episodes.length === 0) {
    return {
      kind: undefined,
      confidence: 0.3,
      reasons: [{ text: `${provider} does not say which episode it is`, weight: 0.3 }],
      episodes,
    };
  }
  return { kind: 'episode', confidence: sum(reasons), reasons, season, episodes };
}

interface Place {
  season: number;
  episodes: readonly number[];
  how: string;
  weight: number;
}

const monthWeight = 100;

/** Season and episodes a name tells; a day counts as month and day of the year's season, a running number as season 1. */
function placeInShow(name: ParsedName): Place | undefined {
  if (name.type === 'movie') return undefined;
  if (name.episodes.length > 0 && name.season !== undefined) {
    return { season: name.season, episodes: name.episodes, how: 'season and episode', weight: 0.5 };
  }
  if (name.date !== undefined) {
    const [year = 0, month = 0, day = 0] = name.date.split('-').map(Number);
    return { season: year, episodes: [month * monthWeight + day], how: 'the day of airing', weight: 0.45 };
  }
  if (name.episodes.length > 0) return { season: 1, episodes: name.episodes, how: 'an episode', weight: 0.4 };
  if (name.absoluteEpisode !== undefined) {
    return { season: 1, episodes: [name.absoluteEpisode], how: 'a running number', weight: 0.4 };
  }
  return undefined;
}

const kindByLibrary = ({ libraryType, name }: Question): Decision['kind'] =>
  libraryType === 'shows' || name.type === 'episode' ? undefined : 'movie';

function episodeReasons({ libraryType, name }: Question, place: Place | undefined): Reason[] {
  const reasons: Reason[] = [{ text: `The name gives the show "${name.title}"`, weight: 0.25 }];
  if (place) reasons.push({ text: `and ${place.how}`, weight: place.weight });
  return contradicted(
    withIds(reasons, name),
    libraryType === 'movies',
    'This library holds films, and the name is that of an episode',
  );
}

function movieReasons({ libraryType, name }: Question): Reason[] {
  const reasons: Reason[] = [{ text: `The name gives the title "${name.title}"`, weight: 0.4 }];
  if (name.year !== undefined) reasons.push({ text: `and the year ${name.year}`, weight: 0.35 });
  return contradicted(
    withIds(reasons, name),
    libraryType === 'shows',
    'This library holds shows, and the name is not that of an episode',
  );
}

function withIds(reasons: readonly Reason[], name: ParsedName): Reason[] {
  const ids = Object.entries(name.ids).filter(([, value]) => value);
  if (ids.length === 0) return [...reasons];
  return [{ text: `The name carries ${ids.map(([service, id]) => `${service} ${id}`).join(', ')}`, weight: 1 }];
}

const contradicted = (reasons: Reason[], contradicts: boolean, text: string): Reason[] =>
  contradicts ? [...reasons, { text, weight: -0.35 }] : reasons;

const sum = (reasons: readonly Reason[]): number =>
  Math.round(
    Math.min(
      1,
      Math.max(
        0,
        reasons.reduce((total, { weight }) => total + weight, 0),
      ),
    ) * 100,
  ) / 100;
