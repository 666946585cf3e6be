import { m } from '#messages';
import type { paths } from '#lib/api/schema.d.ts';
import { links } from '#lib/navigation/links.ts';
import type { ArtworkPicture } from '#lib/ui/artwork.svelte';

/** A title as lists of the API give it. */
export type Item = paths['/api/v1/items']['get']['responses']['200']['content']['application/json']['items'][number];

/** What a card shows, whatever it was made from. */
export interface Card {
  id: string;
  /** Where a click leads. */
  href: string;
  title: string;
  /** The quiet second line: year, season and episode, role. */
  subtitle?: string;
  poster?: ArtworkPicture | null;
  /** Wide picture for still cards. */
  still?: ArtworkPicture | null;
  /** 0 to 1 of what was seen; absent when not begun. */
  progress?: number;
  watched?: boolean;
  /** Episodes not seen yet, for shows and seasons. */
  unwatched?: number;
  /** Short quality mark such as `4K`. */
  badge?: string;
  /** Starts playing at once. */
  playHref?: string;
}

/** The card of a title in a grid or row. */
export function cardOf(item: Item): Card {
  const inShow = item.type === 'episode' || item.type === 'season';
  return {
    id: String(item.id),
    href: item.type === 'season' && item.show ? links.item(item.show.id, item.seasonNumber) : links.item(item.id),
    title: item.type === 'episode' && item.show ? item.show.title : item.title,
    subtitle: inShow ? episodeWords(item) : (item.year?.toString() ?? undefined),
    poster: item.poster,
    still: item.still ?? item.backdrop,
    progress: progressOf(item),
    watched: item.state?.played ?? (Boolean(item.episodeCount) && item.unwatchedCount === 0),
    unwatched: item.unwatchedCount ?? undefined,
    badge: qualityMark(item.resolution),
    playHref:
      item.fileCount > 0 && (item.type === 'movie' || item.type === 'episode') ? links.play(item.id) : undefined,
  };
}

/** 0 to 1 of how far a title was seen, from where it would resume; undefined when there is nothing to resume. */
export function progressOf({ state }: Pick<Item, 'state'>): number | undefined {
  if (!state || state.positionMs <= 0 || state.durationMs <= 0) return undefined;
  return Math.min(1, state.positionMs / state.durationMs);
}

/** `S2 E5`, and the episode's title behind it where it has one. */
export function episodeWords(item: Pick<Item, 'type' | 'seasonNumber' | 'episodeNumber' | 'title'>): string {
  const code = episodeCode(item);
  if (item.type === 'season') return code;
  return [code, item.title].filter(Boolean).join(' · ');
}

/** `S2 E5`; `Specials` and the number alone where there is no season. */
export function episodeCode({ seasonNumber, episodeNumber }: Pick<Item, 'seasonNumber' | 'episodeNumber'>): string {
  if (seasonNumber === null && episodeNumber === null) return '';
  if (episodeNumber === null) return seasonName(seasonNumber);
  if (seasonNumber === null) return m.episode_number({ episode: episodeNumber });
  return m.episode_code({ season: seasonNumber, episode: episodeNumber });
}

/** `Season 2`, and `Specials` for season 0. */
export function seasonName(seasonNumber: number | null): string {
  return seasonNumber === 0 ? m.season_specials() : m.season_number({ season: seasonNumber ?? '' });
}

/** The mark for what is worth a mark: `4K`, `8K`. Ordinary resolutions get none on cards. */
export function qualityMark(resolution: string): string | undefined {
  return { '2160p': '4K', '4320p': '8K' }[resolution];
}
