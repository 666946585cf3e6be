import { base } from './base.ts';

/** Paths of the app, with the base the server publishes it under. */
const to = (path: string) => `${base}${path}`;

export const links = {
  dashboard: () => to('/app/dashboard'),
  movies: () => to('/app/movies'),
  shows: () => to('/app/shows'),
  library: (id?: number) => to(id === undefined ? '/app/library' : `/app/library?libraryId=${id}`),
  item: (id: number | string, season?: number | null) =>
    to(`/app/item/${id}${season === undefined || season === null ? '' : `?season=${season}`}`),
  /** Plays at once. */
  play: (itemId: number | string, fileId?: number) =>
    to(`/app/play/${itemId}${fileId === undefined ? '' : `?file=${fileId}`}`),
  person: (id: number | string) => to(`/app/person/${id}`),
  search: (query?: string) => to(`/app/search${query ? `?query=${encodeURIComponent(query)}` : ''}`),
  genre: (name: string, type?: string) =>
    to(`/app/${type === 'movie' ? 'movies' : type === 'show' ? 'shows' : 'library'}?genre=${encodeURIComponent(name)}`),
  watched: () => to('/app/watched'),
  review: () => to('/app/review'),
  settings: (area?: string) => to(area ? `/app/settings/${area}` : '/app/settings'),
  admin: (page: 'libraries' | 'accounts' | 'jobs' | 'plugins' | 'connections' | 'logs' | 'server' | 'playback') =>
    to(`/app/admin/${page}`),
  /** A page of a plugin, as the manifest's `href` gives it. */
  plugin: (href: string) => to(href),
  login: (next?: string) => to(`/login${next ? `?next=${encodeURIComponent(next)}` : ''}`),
  register: () => to('/register'),
  setup: () => to('/setup'),
} as const;
