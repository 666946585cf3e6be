import type { LucideIcon } from '@lucide/svelte';
import Clapperboard from '@lucide/svelte/icons/clapperboard';
import Folders from '@lucide/svelte/icons/folders';
import Tv from '@lucide/svelte/icons/tv';
import { m } from '#messages';
import type { Library } from './libraries.svelte.ts';

export const libraryTypes: Record<Library['type'], { label: () => string; icon: LucideIcon }> = {
  movies: { label: m.nav_movies, icon: Clapperboard },
  shows: { label: m.nav_shows, icon: Tv },
  mixed: { label: m.library_mixed, icon: Folders },
};
