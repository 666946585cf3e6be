import type { Artwork, Credit, MediaData } from '@vitascope/sdk';
import { escape } from './xml.ts';

const roots: Record<string, string> = { movie: 'movie', show: 'tvshow', season: 'season', episode: 'episodedetails' };

/** The NFO beside a title, as Kodi and Jellyfin write it; undefined for what has none. `name` is the media file's or folder's. */
export function writeNfo(name: string, data: MediaData): { path: string; text: string } | undefined {
  const root = roots[data.type];
  if (!root) return undefined;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
    `<${root}>`,
    ...fields(data),
    `</${root}>`,
    '',
  ];
  return { path: pathOf(name, data.type), text: lines.join('\n') };
}

const pathOf = (name: string, type: string): string => {
  if (type === 'show') return 'tvshow.nfo';
  if (type === 'season') return 'season.nfo';
  return `${name.replace(/\.[^./\\]+$/, '')}.nfo`;
};

function fields(data: MediaData): string[] {
  const { type, ids = {}, credits = [] } = data;
  const isEpisode = type === 'episode';
  return [
    ...element('title', data.title),
    ...element('originaltitle', data.originalTitle),
    ...element('sorttitle', data.sortTitle),
    ...element('showtitle', data.showTitle),
    ...element(type === 'season' ? 'seasonnumber' : 'season', data.season),
    ...element('episode', isEpisode ? data.episode : undefined),
    ...element('absolute_number', isEpisode ? data.absoluteEpisode : undefined),
    ...element('year', data.year),
    ...element(isEpisode ? 'aired' : 'premiered', data.releaseDate),
    ...element('plot', data.overview),
    ...element('tagline', data.tagline),
    ...element('status', data.status),
    ...element('mpaa', data.contentRating),
    ...element('runtime', data.runtimeMs && Math.round(data.runtimeMs / 60_000)),
    ...rating(data.rating),
    ...Object.entries(ids).flatMap(([service, id]) => element('uniqueid', id, { type: service })),
    ...(data.genres ?? []).flatMap((genre) => element('genre', genre)),
    ...(data.studios ?? []).flatMap((studio) => element('studio', studio)),
    ...(data.countries ?? []).flatMap((country) => element('country', country)),
    ...(data.tags ?? []).flatMap((tag) => element('tag', tag)),
    ...(data.artwork ?? []).flatMap(picture),
    ...credits.flatMap(credit),
  ];
}

function element(name: string, value: string | number | undefined, attributes: Record<string, string> = {}): string[] {
  if (value === undefined || value === '') return [];
  const written = Object.entries(attributes).map(([key, text]) => ` ${key}="${escape(text)}"`);
  return [`  <${name}${written.join('')}>${escape(String(value))}</${name}>`];
}

const rating = (value: number | undefined): string[] =>
  value === undefined
    ? []
    : [`  <ratings><rating name="vitascope" max="10" default="true"><value>${value / 10}</value></rating></ratings>`];

function picture({ kind, url, path, season }: Artwork): string[] {
  const place = url ?? path;
  if (!place) return [];
  if (kind === 'backdrop') return [`  <fanart><thumb>${escape(place)}</thumb></fanart>`];
  const attributes = { aspect: kind, ...(season !== undefined && { season: String(season), type: 'season' }) };
  return element('thumb', place, kind === 'still' ? {} : attributes);
}

function credit({ name, role, character, ids = {}, picture: portrait }: Credit): string[] {
  if (role === 'director') return element('director', name);
  if (role === 'writer') return element('credits', name);
  if (role === 'creator' || role === 'producer') return element(role, name);
  const inner = [
    ...element('name', name),
    ...element('role', character),
    ...(role === 'guest' ? element('type', 'GuestStar') : []),
    ...element('thumb', portrait?.url ?? portrait?.path),
    ...Object.entries(ids).flatMap(([service, id]) => element(`${service}id`, id)),
  ];
  return ['  <actor>', ...inner.map((line) => `  ${line}`), '  </actor>'];
}
