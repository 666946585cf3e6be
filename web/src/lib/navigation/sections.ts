import type { LucideIcon } from '@lucide/svelte';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import Clapperboard from '@lucide/svelte/icons/clapperboard';
import FileQuestion from '@lucide/svelte/icons/file-question-mark';
import FolderTree from '@lucide/svelte/icons/folder-tree';
import Gauge from '@lucide/svelte/icons/gauge';
import House from '@lucide/svelte/icons/house';
import LibraryBig from '@lucide/svelte/icons/library-big';
import ListChecks from '@lucide/svelte/icons/list-checks';
import MonitorPlay from '@lucide/svelte/icons/monitor-play';
import Plug from '@lucide/svelte/icons/plug';
import Puzzle from '@lucide/svelte/icons/puzzle';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Settings from '@lucide/svelte/icons/settings';
import Tv from '@lucide/svelte/icons/tv';
import Users from '@lucide/svelte/icons/users';
import { m } from '#messages';
import { links } from './links.ts';
import { pluginIcon } from './plugin-icon.ts';

export interface Entry {
  href: string;
  label: string;
  icon: LucideIcon;
}

export interface Section {
  id: 'home' | 'library' | 'tracking' | 'plugins' | 'admin';
  label: string;
  entries: Entry[];
}

interface Visitor {
  isAdmin: boolean;
  pluginNav: readonly { href: string; title: string; icon?: string }[];
}

/**
 * The navigation this visitor may use, group by group; empty groups are left out. Pages that only say which kind of plugin
 * they wait for keep their address, and are offered once there is something behind them.
 */
export function sectionsFor({ isAdmin, pluginNav }: Visitor): Section[] {
  const sections: Section[] = [
    { id: 'home', label: m.nav_home(), entries: [{ href: links.dashboard(), label: m.nav_dashboard(), icon: House }] },
    { id: 'library', label: m.nav_library(), entries: libraryEntries() },
    { id: 'tracking', label: m.nav_tracking(), entries: trackingEntries() },
    {
      id: 'plugins',
      label: m.nav_plugins(),
      entries: pluginNav.map((entry) => ({
        href: links.plugin(entry.href),
        label: entry.title,
        icon: pluginIcon(entry.icon),
      })),
    },
    { id: 'admin', label: m.nav_admin(), entries: isAdmin ? adminEntries() : [] },
  ];
  return sections.filter((section) => section.entries.length > 0);
}

const libraryEntries = (): Entry[] => [
  { href: links.movies(), label: m.nav_movies(), icon: Clapperboard },
  { href: links.shows(), label: m.nav_shows(), icon: Tv },
  { href: links.library(), label: m.nav_everything(), icon: LibraryBig },
];

const trackingEntries = (): Entry[] => [{ href: links.watched(), label: m.nav_watched(), icon: CircleCheck }];

const adminEntries = (): Entry[] => [
  { href: links.review(), label: m.nav_review(), icon: FileQuestion },
  { href: links.admin('libraries'), label: m.nav_libraries(), icon: FolderTree },
  { href: links.admin('jobs'), label: m.nav_jobs(), icon: ListChecks },
  { href: links.admin('accounts'), label: m.nav_accounts(), icon: Users },
  { href: links.admin('plugins'), label: m.nav_plugins(), icon: Puzzle },
  { href: links.admin('connections'), label: m.nav_connections(), icon: Plug },
  { href: links.admin('playback'), label: m.sessions_page(), icon: MonitorPlay },
  { href: links.admin('server'), label: m.nav_server(), icon: Gauge },
  { href: links.admin('logs'), label: m.nav_logs(), icon: ScrollText },
  { href: links.settings(), label: m.nav_settings(), icon: Settings },
];

/** True when the entry's page, or one below it, is shown. */
export const isCurrent = (href: string, pathname: string): boolean =>
  pathname === href || pathname.startsWith(`${href}/`);
