import type { LucideIcon } from '@lucide/svelte';
import Bell from '@lucide/svelte/icons/bell';
import Bookmark from '@lucide/svelte/icons/bookmark';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import Cloud from '@lucide/svelte/icons/cloud';
import Database from '@lucide/svelte/icons/database';
import Film from '@lucide/svelte/icons/film';
import Gamepad2 from '@lucide/svelte/icons/gamepad-2';
import Globe from '@lucide/svelte/icons/globe';
import Heart from '@lucide/svelte/icons/heart';
import List from '@lucide/svelte/icons/list';
import Music from '@lucide/svelte/icons/music';
import Puzzle from '@lucide/svelte/icons/puzzle';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import Server from '@lucide/svelte/icons/server';
import Sparkles from '@lucide/svelte/icons/sparkles';
import Star from '@lucide/svelte/icons/star';
import Users from '@lucide/svelte/icons/users';
import Wrench from '@lucide/svelte/icons/wrench';

const known: Record<string, LucideIcon> = {
  bell: Bell,
  bookmark: Bookmark,
  chart: ChartColumn,
  cloud: Cloud,
  database: Database,
  film: Film,
  game: Gamepad2,
  globe: Globe,
  heart: Heart,
  list: List,
  music: Music,
  puzzle: Puzzle,
  refresh: RefreshCw,
  server: Server,
  sparkles: Sparkles,
  star: Star,
  users: Users,
  wrench: Wrench,
};

/** The icon a plugin asked for by name; a puzzle piece for any other name. */
export const pluginIcon = (name: string | undefined): LucideIcon => known[name ?? ''] ?? Puzzle;
