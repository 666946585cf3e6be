/** Words that number seasons and episodes, in the languages releases are named in. */

/** How an episode word counts: `packed` ones write season and episode as one number ("Cap.105" is season 1, episode 5). */
interface EpisodeWord {
  packed: boolean;
  /** Whether the number may come first, as in "8. bölüm" or "15集". */
  after: boolean;
}

function table(words: string, value: EpisodeWord): [string, EpisodeWord][] {
  return words.split(' ').map((word) => [word, value]);
}

const EPISODE_WORDS = new Map<string, EpisodeWord>([
  ...table(
    'e ep eps episode episodes épisode épisodes episodio episodios episódio episódios capitulo capítulo capitulos afl aflevering afleveringen folge folgen odc odcinek avsnitt puntata épisodes xe',
    { packed: false, after: false },
  ),
  ...table('серия серии серій серія эпизод эпизоды выпуск seriya seriia serii bölüm bolum blm 集 话 話 回 화 회', {
    packed: false,
    after: true,
  }),
  ...table('cap', { packed: true, after: false }),
]);

const SEASON_WORDS = new Set(
  (
    'season seasons saison saisons staffel staffeln temporada temporadas stagione stagioni sezon sezony sezona sezonul сезон сезона сезоны сезонов ' +
    'seizoen seizoenen säsong sasong sæson sesong kausi évad evad tem temp se sn 季 시즌 シーズン'
  ).split(' '),
);

const ROMAN = /^(?=[ivxl])(x{0,3})(ix|iv|v?i{0,3})$/;
const ROMAN_VALUES: Record<string, number> = { i: 1, v: 5, x: 10, l: 50 };

/** What an episode word means, or undefined when the word is none. */
export function episodeWord(key: string): EpisodeWord | undefined {
  return EPISODE_WORDS.get(key);
}

/** Whether the word means "season" in some language. */
export function isSeasonWord(key: string): boolean {
  return SEASON_WORDS.has(key);
}

/** The value of a lower-case Roman numeral up to 39, or undefined. */
export function romanValue(key: string): number | undefined {
  if (key.length > 6 || !ROMAN.test(key)) return undefined;
  let value = 0;
  for (let i = 0; i < key.length; i++) {
    const here = ROMAN_VALUES[key[i]!]!;
    value += here < (ROMAN_VALUES[key[i + 1] ?? ''] ?? 0) ? -here : here;
  }
  return value;
}

const COUNTED = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

/** A number as digits, as an English word up to ten, or as a Roman numeral. */
export function wordValue(key: string): number | undefined {
  if (/^\d{1,4}$/.test(key)) return Number(key);
  const spelled = COUNTED.indexOf(key);
  return spelled >= 0 ? spelled + 1 : romanValue(key);
}

/** A number of one or two digits with an ordinal ending: "2nd", "4º", "1a". */
export function ordinalValue(key: string): number | undefined {
  const match = /^(\d{1,2})(?:st|nd|rd|th|[^\d]{0,2})$/.exec(key);
  return match ? Number(match[1]) : undefined;
}

/** All whole numbers of a range, both ends included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
