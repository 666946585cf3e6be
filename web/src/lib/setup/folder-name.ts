import type { LibraryType } from './setup.svelte.ts';

/** `/srv/media/TV Shows` is named `TV Shows`. */
export const nameOfFolder = (path: string): string => path.split(/[/\\]/).filter(Boolean).at(-1) ?? path;

/** What a folder's name says it holds. */
export function guessType(path: string): LibraryType {
  const name = nameOfFolder(path).toLowerCase();
  if (/\b(tv|shows?|series|serien|anime|s[ée]ries)\b/.test(name)) return 'shows';
  if (/\b(movies?|films?|filme|cinema|kino)\b/.test(name)) return 'movies';
  return 'mixed';
}
