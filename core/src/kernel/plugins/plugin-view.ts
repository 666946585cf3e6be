import type { Manifest } from '@vitascope/sdk';
import type { FoundPlugin } from './found-plugin.ts';
import type { LineStatus } from './plugin-line.ts';
import type { PluginRow } from './plugin-store.ts';
import type { PluginState, PluginView } from './plugins.schema.ts';
import type { Problem } from './problems.ts';

export interface ViewParts {
  found: FoundPlugin;
  row: PluginRow | undefined;
  enabled: boolean;
  state: PluginState;
  reason: string;
  /** In force, without secrets. */
  options: Record<string, unknown>;
  problems: readonly Problem[];
  place: LineStatus['place'];
  /** While it is active. */
  status: LineStatus | undefined;
}

/** A plugin as administrators see it, whatever its state. */
export function viewOf(parts: ViewParts): PluginView {
  const { found, row, enabled, state, reason, options, problems, place, status } = parts;
  return {
    id: found.id,
    name: found.name,
    version: found.version,
    description: found.description,
    ...(found.author && { author: found.author }),
    ...(found.homepage && { homepage: found.homepage }),
    state,
    reason,
    bundled: found.bundled,
    enabled,
    sdk: found.manifest?.sdk ?? '',
    contributions: contributionsOf(found.manifest?.contributes ?? {}),
    options: {
      ...(found.manifest?.contributes.options && { schema: found.manifest.contributes.options }),
      values: options,
      secretsSet: Object.keys(row?.secrets ?? {}),
    },
    permissions: found.manifest ? permissionsOf(found.manifest, place) : [],
    problems: problems.map(({ at, ...problem }) => ({ at: new Date(at).toISOString(), ...problem })),
    place,
    process: status?.place === 'process' ? processOf(status) : null,
  };
}

const processOf = ({ running, residentBytes, restarts }: LineStatus): NonNullable<PluginView['process']> => ({
  running,
  ...(residentBytes !== undefined && { residentBytes }),
  restarts,
});

const ownProcess = [
  'Runs in a process of its own: reads its own folder, writes only to its data folder, starts no programs, threads or native code.',
  'That stops mistakes, not malice, and is no security boundary: it can still open network connections past the server.',
];

export const contributionsOf = (c: Manifest['contributes']): PluginView['contributions'] => ({
  providers: (c.provides ?? []).map(({ contract, kind, name, methods }) => ({ contract, kind, name, methods })),
  hooks: c.hooks ?? [],
  routes: (c.routes ?? []).map(({ verb, access }) => ({ verb, access })),
  jobs: (c.jobs ?? []).map(({ name, title = name, schedule }) => ({ name, title, ...(schedule && { schedule }) })),
  pages: (c.pages ?? []).map(({ path, title }) => ({ path, title })),
  widgets: (c.widgets ?? []).map(({ id, title }) => ({ id, title })),
  actions: (c.actions ?? []).map(({ id, title }) => ({ id, title })),
  collections: (c.data ?? []).map(({ name }) => name),
});

export function permissionsOf({ permissions, contributes }: Manifest, place: LineStatus['place']): string[] {
  const hosts = permissions?.network;
  return [
    ...(place === 'server' ? ["Runs inside the server's process, with the server's own rights."] : ownProcess),
    hosts
      ? hosts.length
        ? `Through the server: asks ${hosts.join(', ')} and hosts named in its settings.`
        : 'Through the server: asks only hosts named in its settings.'
      : 'Through the server: asks any public host, and hosts named in its settings.',
    ...(contributes.data?.length ? ['Keeps documents of its own in the database.'] : []),
    ...(contributes.pages?.some(({ module }) => module) ? ["Runs code in the app's pages."] : []),
  ];
}
