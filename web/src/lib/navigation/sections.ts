import type { LucideIcon } from '@lucide/svelte';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import Clapperboard from '@lucide/svelte/icons/clapperboard';
import Clock from '@lucide/svelte/icons/clock';
import Compass from '@lucide/svelte/icons/compass';
import Download from '@lucide/svelte/icons/download';
import FileQuestion from '@lucide/svelte/icons/file-question-mark';
import FolderTree from '@lucide/svelte/icons/folder-tree';
import Gauge from '@lucide/svelte/icons/gauge';
import House from '@lucide/svelte/icons/house';
import Layers from '@lucide/svelte/icons/layers';
import LibraryBig from '@lucide/svelte/icons/library-big';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Plug from '@lucide/svelte/icons/plug';
import Puzzle from '@lucide/svelte/icons/puzzle';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Settings from '@lucide/svelte/icons/settings';
import Sparkles from '@lucide/svelte/icons/sparkles';
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
  id: 'home' | 'library' | 'tracking' | 'acquire' | 'plugins' | 'admin';
  label: string;
  entries: Entry[];
}

interface Visitor {
  isAdmin: boolean;
  signedIn: boolean;
  pluginNav: readonly { href: string; title: string; icon?: string }[];
}

/** The navigation this visitor may use, group by group; empty groups are left out. */
export function sectionsFor({ isAdmin, signedIn, pluginNav }: Visitor): Section[] {
  const sections: Section[] = [
    { id: 'home', label: m.nav_home(), entries: [{ href: links.dashboard(), label: m.nav_dashboard(), icon: House }] },
    { id: 'library', label: m.nav_library(), entries: libraryEntries() },
    { id: 'tracking', label: m.nav_tracking(), entries: trackingEntries() },
    { id: 'acquire', label: m.nav_acquire(), entries: signedIn ? acquireEntries() : [] },
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
  { href: links.collections(), label: m.nav_collections(), icon: Layers },
];

const trackingEntries = (): Entry[] => [
  { href: links.watched(), label: m.nav_watched(), icon: CircleCheck },
  { href: links.watchLater(), label: m.nav_watch_later(), icon: Clock },
  { href: links.calendar(), label: m.nav_calendar(), icon: CalendarDays },
];

const acquireEntries = (): Entry[] => [
  { href: links.discover(), label: m.nav_discover(), icon: Compass },
  { href: links.recommendations(), label: m.nav_recommendations(), icon: Sparkles },
  { href: links.downloads(), label: m.nav_downloads(), icon: Download },
];

const adminEntries = (): Entry[] => [
  { href: links.review(), label: m.nav_review(), icon: FileQuestion },
  { href: links.admin('libraries'), label: m.nav_libraries(), icon: FolderTree },
  { href: links.admin('jobs'), label: m.nav_jobs(), icon: ListChecks },
  { href: links.admin('accounts'), label: m.nav_accounts(), icon: Users },
  { href: links.admin('plugins'), label: m.nav_plugins(), icon: Puzzle },
  { href: links.admin('connections'), label: m.nav_connections(), icon: Plug },
  { href: links.admin('server'), label: m.nav_server(), icon: Gauge },
  { href: links.admin('logs'), label: m.nav_logs(), icon: ScrollText },
  { href: links.settings(), label: m.nav_settings(), icon: Settings },
];

/** True when the entry's page, or one below it, is shown. */
export const isCurrent = (href: string, pathname: string): boolean =>
  pathname === href || pathname.startsWith(`${href}/`);
