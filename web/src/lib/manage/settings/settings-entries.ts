import type { LucideIcon } from '@lucide/svelte';
import Activity from '@lucide/svelte/icons/activity';
import Database from '@lucide/svelte/icons/database';
import Eye from '@lucide/svelte/icons/eye';
import Gauge from '@lucide/svelte/icons/gauge';
import Globe from '@lucide/svelte/icons/globe';
import KeyRound from '@lucide/svelte/icons/key-round';
import Palette from '@lucide/svelte/icons/palette';
import Play from '@lucide/svelte/icons/play';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import Server from '@lucide/svelte/icons/server';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import Timer from '@lucide/svelte/icons/timer';
import UserRound from '@lucide/svelte/icons/user-round';
import Users from '@lucide/svelte/icons/users';
import { m } from '#messages';
import type { paths } from '#lib/api/schema.d.ts';
import { links } from '#lib/navigation/links.ts';
import { wordsOf, type JsonSchema } from '#lib/ui/schema-form/json-schema.ts';
import type { Searchable } from './settings-search.ts';

export type Area = paths['/api/v1/settings']['get']['responses']['200']['content']['application/json']['areas'][number];

export interface SettingsEntry extends Searchable {
  icon: LucideIcon;
}

const areaIcons: Record<string, LucideIcon> = {
  server: Server,
  auth: Users,
  playback: Play,
  tracking: Eye,
  metadata: Globe,
  jobs: Timer,
  cache: Database,
  limits: Gauge,
  log: ScrollText,
};

/** The pages about oneself, with the settings a search finds on them. */
export function personalEntries(): SettingsEntry[] {
  const entry = (id: string, label: string, icon: LucideIcon, members: [string, string?][]): SettingsEntry => {
    const href = links.settings(id);
    return { href, label, icon, members: members.map(([name, text = '']) => ({ label: name, text, href })) };
  };
  return [
    entry('profile', m.settings_profile(), UserRound, [
      [m.profile_display_name()],
      [m.profile_time_zone()],
      [m.profile_locale()],
    ]),
    entry('appearance', m.settings_appearance(), Palette, [[m.appearance_theme()], [m.appearance_density()]]),
    entry('playback', m.settings_playback(), Activity, [
      [m.prefs_audio()],
      [m.prefs_subtitles()],
      [m.prefs_subtitle_mode()],
      [m.prefs_autoplay()],
      [m.prefs_preset(), m.prefs_preset_help()],
    ]),
    entry('security', m.settings_security(), ShieldCheck, [[m.security_password()], [m.security_sessions()]]),
    entry('tokens', m.settings_tokens(), KeyRound, [[m.tokens_title(), m.tokens_text()]]),
  ];
}

/** One page for each area of the server's settings. */
export const areaEntries = (areas: readonly Area[]): SettingsEntry[] =>
  areas.map((area) => ({
    href: links.settings(`server/${area.id}`),
    label: area.title,
    icon: areaIcons[area.id] ?? SlidersHorizontal,
    members: membersOf(area).map(({ name, label, property }) => ({
      label,
      text: property.description ?? '',
      href: `${links.settings(`server/${area.id}`)}#${name}`,
    })),
  }));

/** The settings of an area in their order, with the names people read. */
export function membersOf({ schema }: Area): { name: string; label: string; property: JsonSchema }[] {
  const { properties = {} } = schema as JsonSchema;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    label: property.title ?? wordsOf(name),
    property,
  }));
}
