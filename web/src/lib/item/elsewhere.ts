import type { ItemDetail } from './item-detail.ts';

export interface Elsewhere {
  name: string;
  href: string;
}

type Address = (id: string, isShow: boolean) => string;

const services: Record<string, { name: string; address: Address }> = {
  imdb: { name: 'IMDb', address: (id) => `https://www.imdb.com/title/${id}/` },
  tmdb: { name: 'TMDB', address: (id, isShow) => `https://www.themoviedb.org/${isShow ? 'tv' : 'movie'}/${id}` },
  tvdb: {
    name: 'TVDB',
    address: (id, isShow) => `https://thetvdb.com/dereferrer/${isShow ? 'series' : 'movie'}/${id}`,
  },
};

/** Where else one can read about a film or show, by the ids that are known of it. */
export function elsewhereOf({ type, externalIds }: Pick<ItemDetail, 'type' | 'externalIds'>): Elsewhere[] {
  if (type !== 'movie' && type !== 'show') return [];
  return Object.entries(services).flatMap(([service, { name, address }]) => {
    const id = externalIds[service];
    return id ? [{ name, href: address(encodeURIComponent(id), type === 'show') }] : [];
  });
}
