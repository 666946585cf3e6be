import type { CatalogEntry } from '../../core/src/domains/catalog/catalog-entry.ts';
import type { Random } from './random.ts';

/** Words that titles, names and descriptions are made of; several scripts, as libraries have them. */
const nouns = 'Harbour Lantern Orchard Compass Glacier Meadow Cathedral Engine Sparrow Canyon Telegraph Monsoon Violin Anchor Prairie Citadel Ember Quarry Lagoon Vertigo Bramble Kestrel Obsidian Paper'.split(' '); // prettier-ignore
const adjectives = 'Silent Crooked Golden Distant Hollow Restless Second Burning Northern Forgotten Electric Patient Velvet Broken Lucky Endless Frozen Scarlet Wandering Quiet'.split(' '); // prettier-ignore
const foreign = [
  'Тихая гавань',
  '静かな港',
  '조용한 항구',
  'Das stille Ufer',
  'Le Phare oublié',
  'الميناء الهادئ',
  'Cichy port',
  '金色の庭',
];
const firstNames = 'Ada Bruno Carmen Dmitri Elif Farid Greta Hiro Inés Jonas Keiko Lars Mina Nadia Oskar Priya Quentin Rosa Sven Tariq Uma Viktor Wanda Yusuf'.split(' '); // prettier-ignore
const lastNames = 'Abara Bergström Castillo Dubois Eriksen Ferreira Grünwald Hashimoto Ivanova Jansen Kowalski Lindqvist Moreau Novák Okafor Petrov Quispe Rossi Schneider Tanaka'.split(' '); // prettier-ignore
export const genres = 'Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery Romance Thriller War Western'.split(' '); // prettier-ignore
/** A title that occurs once: its number is part of it. */
export function seedTitle(random: Random, number: number): string {
  const name = random.next() < 0.04 ? random.pick(foreign) : `${random.pick(adjectives)} ${random.pick(nouns)}`;
  const joined = random.next() < 0.3 ? `${name} of the ${random.pick(nouns)}` : name;
  return `${random.next() < 0.2 ? 'The ' : ''}${joined} ${number}`;
}

const overview = (random: Random): string =>
  Array.from({ length: 24 + random.below(30) }, () =>
    random.pick(random.next() < 0.5 ? nouns : adjectives).toLowerCase(),
  ).join(' ');
const person = (random: Random): string => `${random.pick(firstNames)} ${random.pick(lastNames)} ${random.below(60)}`;

/** How much is known of each title. */
export interface Detail {
  /** Actors; 4 unless told. */
  cast?: number;
  /** A poster and a backdrop, which lie nowhere; none unless told. */
  pictures?: boolean;
}

/** A film or show as a metadata source describes it. */
export function seedTop(
  random: Random,
  { type, number, cast = 4, pictures = false }: Detail & { type: 'movie' | 'show'; number: number },
): CatalogEntry {
  const year = 1930 + random.below(96);
  const actors = Array.from({ length: cast }, () => ({
    name: person(random),
    role: 'actor',
    character: random.pick(firstNames),
  }));
  const data = {
    type,
    title: seedTitle(random, number),
    year,
    releaseDate: `${year}-0${1 + random.below(9)}-1${random.below(10)}`,
    overview: overview(random),
    rating: random.below(1000) / 10,
    runtimeMs: (60 + random.below(120)) * 60_000,
    ids: { tmdb: `${type}-${number}` },
    genres: random.some(genres, 1 + random.below(3)),
    credits: [...actors, { name: person(random), role: 'director' }],
  };
  return {
    create: true,
    addedAt: seedInstant(random),
    sources: [{ provider: 'seed', data }],
    ...(pictures && { pictures: (['poster', 'backdrop'] as const).map((kind) => picture(`${type}-${number}`, kind)) }),
  };
}

/** An episode, in seasons of ten. */
export function seedEpisode(random: Random, showId: number, number: number): CatalogEntry {
  const place = { season: 1 + Math.floor(number / 10), episode: 1 + (number % 10) };
  const data = { type: 'episode' as const, title: seedTitle(random, number), ...place, overview: overview(random) };
  return { showId, addedAt: seedInstant(random), sources: [{ provider: 'seed', data }] };
}

/** Some time in four years. */
export const seedInstant = (random: Random): number =>
  Date.UTC(2022, 0, 1) + random.below(1_400) * 86_400_000 + random.below(86_400_000);

const picture = (name: string, kind: 'poster' | 'backdrop') => ({
  kind,
  source: 'file' as const,
  location: `/media/${name}/${kind}.jpg`,
  provider: 'file',
  version: '1',
  width: 1000,
  height: 1500,
});
