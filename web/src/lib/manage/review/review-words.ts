import { m } from '#messages';
import { formatCount } from '#lib/i18n/format.ts';
import type { LibraryFile } from '#lib/identify/identify.svelte.ts';

/** What a name was understood as: `some show, season 1, episode 3`. Empty when nothing was. */
export function understoodAs({ parsed }: Pick<LibraryFile, 'parsed'>): string {
  const { title, year, season, episodes } = parsed;
  if (!title && episodes.length === 0) return '';
  const list = new Intl.ListFormat('en', { type: 'unit', style: 'short' }).format(episodes.map(formatCount));
  return [
    year ? m.review_title_year({ title, year }) : title,
    season === null ? '' : season === 0 ? m.season_specials() : m.season_number({ season }),
    episodes.length > 0 ? m.review_episodes({ count: episodes.length, list }) : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** The folder a file lies in. */
export function folderOf({ path, fileName }: Pick<LibraryFile, 'path' | 'fileName'>): string {
  if (!path) return '';
  return path.slice(0, Math.max(1, path.length - fileName.length - 1));
}
