import type { Credit, ExternalIds, MediaType } from '@vitascope/sdk';
import { placeOf } from './pictures.ts';
import { attributeOf, countOf, listOf, nodesOf, numberOf, textOf, textsOf, type Node } from './xml.ts';

const numeric = /^\d{1,12}$/;
const shapes: Record<string, RegExp> = { imdb: /^(tt|nm)\d{5,12}$/, tmdb: numeric, tvdb: numeric };
const services: Record<string, string> = { themoviedb: 'tmdb', thetvdb: 'tvdb', imdbid: 'imdb' };

/** Ids at other services: `uniqueid`, the older elements of the same meaning, and the guide Kodi keeps for shows. */
export function idsOf(node: Node, type: MediaType): ExternalIds {
  const ids: ExternalIds = {};
  const add = (service: string | undefined, value: string | undefined): void => {
    const name = services[service ?? ''] ?? service;
    if (!name || !value || value.length > 200 || !/^[a-z][a-z0-9_-]{0,30}$/.test(name)) return;
    if ((shapes[name] ?? /^\S+$/).test(value)) ids[name] ??= value;
  };
  for (const id of listOf(node.uniqueid)) add(attributeOf(id, 'type')?.toLowerCase(), textOf(id));
  for (const service of ['imdb', 'tmdb', 'tvdb', 'trakt', 'igdb']) {
    add(service, textOf(node[`${service}id`]) ?? textOf(node[`${service}_id`]));
  }
  const plain = textOf(node.id);
  add(plain?.startsWith('tt') ? 'imdb' : type === 'show' ? 'tvdb' : undefined, plain);
  for (const [service, id] of Object.entries(guideOf(node.episodeguide))) add(service, String(id));
  return ids;
}

function guideOf(guide: unknown): Record<string, unknown> {
  const text = textOf(guide);
  if (!text?.startsWith('{')) return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    // an older guide is an address or broken; it holds nothing that is needed
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** 0 to 100. Of several, the one marked as default, else the first; scales are 10 unless they say otherwise. */
export function ratingOf(node: Node): number | undefined {
  const several = nodesOf(node.ratings).flatMap((ratings) => listOf(ratings.rating));
  const chosen = several.find((rating) => attributeOf(rating, 'default') === 'true') ?? several[0];
  const single = listOf(node.rating)[0];
  return scaled(chosen, (chosen as Node | undefined)?.value) ?? scaled(single, single);
}

function scaled(rating: unknown, value: unknown): number | undefined {
  const number = numberOf(value);
  const most = numberOf(attributeOf(rating, 'max')) ?? 10;
  // 0 is how scrapers write "none"
  if (number === undefined || number <= 0 || most <= 0 || number > most) return undefined;
  return Math.round((number / most) * 1000) / 10;
}

/** Minutes, as a number, with a word behind, or as hours and minutes → milliseconds. */
export function runtimeOf(value: unknown): number | undefined {
  const text = textOf(value);
  const clock = text && /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock) return ((Number(clock[1]) * 60 + Number(clock[2])) * 60 + Number(clock[3] ?? 0)) * 1000;
  const words = text && /^(?:(\d{1,2})\s*h(?:\w*)?\s*)?(\d{1,5}(?:\.\d+)?)?\s*(?:m\w*\.?)?$/i.exec(text);
  const minutes = words ? Number(words[1] ?? 0) * 60 + Number(words[2] ?? 0) : 0;
  return minutes > 0 ? Math.round(minutes * 60_000) : undefined;
}

/** The first ISO day among these. Days that no calendar has are none. */
export function dayOf(...values: unknown[]): string | undefined {
  for (const value of values) {
    const day = /^\d{4}-\d{2}-\d{2}/.exec(textOf(value) ?? '')?.[0];
    if (day && !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day)) return day;
  }
  return undefined;
}

export function yearOf(value: unknown, day: string | undefined): number | undefined {
  const year = countOf(value) ?? (day ? Number(day.slice(0, 4)) : undefined);
  return year !== undefined && year >= 1800 && year <= 3000 ? year : undefined;
}

/** A list of words; several in one element are set apart by `/` or `|`. */
export function wordsOf(value: unknown): string[] | undefined {
  const words = textsOf(value)
    .flatMap((text) => text.split(/\s+\/\s+|\s*\|\s*/))
    .map((word) => word.trim().slice(0, 200));
  const unique = [...new Set(words.filter(Boolean))].slice(0, 200);
  return unique.length ? unique : undefined;
}

const roles: Record<string, string> = {
  director: 'director',
  writer: 'writer',
  producer: 'producer',
  composer: 'composer',
  gueststar: 'guest',
};

export function creditsOf(node: Node): Credit[] | undefined {
  const actors = nodesOf(node.actor)
    .map((actor, i) => ({ actor, order: countOf(actor.order) ?? countOf(actor.sortorder) ?? i }))
    .sort((a, b) => a.order - b.order)
    .flatMap(({ actor }) => actorOf(actor));
  const others = [
    ...named(node.director, 'director'),
    ...named(node.credits, 'writer'),
    ...named(node.writer, 'writer'),
    ...named(node.creator, 'creator'),
    ...named(node.producer, 'producer'),
  ];
  const seen = new Set<string>();
  const credits = [...actors, ...others].filter(({ name, role, character = '' }) => {
    const key = `${name} ${role} ${character}`;
    return !seen.has(key) && seen.add(key);
  });
  return credits.length ? credits.slice(0, 2000) : undefined;
}

/** Kodi keeps portraits beside the media; the host looks whether there is one. */
const portraitOf = (name: string): string => `.actors/${name.replaceAll(/[\s/\\]+/g, '_')}.jpg`;

function actorOf(actor: Node): Credit[] {
  const name = textOf(actor.name)?.slice(0, 500);
  if (!name) return [];
  const role = roles[textOf(actor.type)?.toLowerCase() ?? ''] ?? 'actor';
  const character = role === 'actor' || role === 'guest' ? textOf(actor.role)?.slice(0, 1000) : undefined;
  const picture = placeOf(textOf(actor.thumb));
  const ids = idsOf(actor, 'person');
  return [
    {
      name,
      role,
      ...(character && { character }),
      ...(Object.keys(ids).length > 0 && { ids }),
      picture: typeof picture === 'object' ? picture : { path: portraitOf(name) },
    },
  ];
}

const named = (value: unknown, role: string): Credit[] => (wordsOf(value) ?? []).map((name) => ({ name, role }));

const states: Record<string, string> = {
  continuing: 'continuing',
  'returning series': 'continuing',
  ended: 'ended',
  canceled: 'cancelled',
  cancelled: 'cancelled',
  released: 'released',
  planned: 'planned',
};

export function statusOf(value: unknown): string | undefined {
  const text = textOf(value)?.slice(0, 100);
  return text && (states[text.toLowerCase()] ?? text);
}
