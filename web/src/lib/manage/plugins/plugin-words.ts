import { formatBytes } from '#lib/i18n/format.ts';
import { m } from '#messages';
import type { Plugin, PluginState } from './plugins.svelte.ts';

export const pluginStates: Record<
  PluginState,
  { label: () => string; tone: 'plain' | 'ok' | 'warn' | 'danger' | 'outline' | 'accent' }
> = {
  discovered: { label: m.plugin_discovered, tone: 'accent' },
  incompatible: { label: m.plugin_incompatible, tone: 'danger' },
  blocked: { label: m.plugin_blocked, tone: 'warn' },
  needsConfig: { label: m.plugin_needs_config, tone: 'warn' },
  starting: { label: m.plugin_starting, tone: 'plain' },
  active: { label: m.plugin_active, tone: 'ok' },
  degraded: { label: m.plugin_degraded, tone: 'warn' },
  stopped: { label: m.plugin_stopped, tone: 'outline' },
  failed: { label: m.plugin_failed, tone: 'danger' },
};

/** Cannot be started before something else changes. */
export const isStuck = ({ state }: Plugin): boolean => state === 'incompatible' || state === 'blocked';

const trouble = new Set<PluginState>(['failed', 'incompatible', 'degraded', 'needsConfig']);
export const isTroubled = ({ state }: Plugin): boolean => trouble.has(state);

/** What its own process does: `Its own process takes 84 MB, ended by itself 2 times lately`. */
export function processWords({ running, residentBytes, restarts }: NonNullable<Plugin['process']>): string {
  const words = running ? m.plugin_process_runs({ size: formatBytes(residentBytes ?? 0) }) : m.plugin_process_rests();
  return restarts > 0 ? `${words}, ${m.plugin_process_restarts({ count: String(restarts) })}` : words;
}

export interface Contribution {
  label: string;
  items: { name: string; note?: string }[];
}

/** What a plugin adds, group by group; empty groups are left out. */
export function contributionsOf({ contributions }: Plugin): Contribution[] {
  const groups: Contribution[] = [
    {
      label: m.plugin_providers(),
      items: contributions.providers.map(({ name, contract, methods }) => ({
        name,
        note: `${contract} · ${methods.join(', ')}`,
      })),
    },
    { label: m.plugin_pages(), items: contributions.pages.map(({ title, path }) => ({ name: title, note: path })) },
    { label: m.plugin_widgets(), items: contributions.widgets.map(({ title }) => ({ name: title })) },
    { label: m.plugin_actions(), items: contributions.actions.map(({ title }) => ({ name: title })) },
    {
      label: m.plugin_jobs(),
      items: contributions.jobs.map(({ title, schedule }) => ({ name: title, note: schedule })),
    },
    {
      label: m.plugin_hooks(),
      items: contributions.hooks.map(({ name, verb }) => ({ name, note: verb })),
    },
    {
      label: m.plugin_routes(),
      items: contributions.routes.map(({ verb, access }) => ({ name: verb, note: access })),
    },
    { label: m.plugin_collections(), items: contributions.collections.map((name) => ({ name })) },
  ];
  return groups.filter((group) => group.items.length > 0);
}
