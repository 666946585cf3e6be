import { z } from 'zod';
import { defineJob, type JobDefinition } from '../../jobs/job.ts';
import type { PluginService } from '../plugin.service.ts';
import type { PluginView } from '../plugins.schema.ts';
import type { InstalledPackage } from './install.schema.ts';
import type { PluginInstaller } from './plugin-installer.ts';

const id = z.string().max(100);

/** One thing that the command line wants of the plugins. */
const PluginErrand = z.discriminatedUnion('action', [
  z.object({ action: z.literal('list') }),
  z.object({ action: z.literal('search'), query: z.string().max(200) }),
  z.object({
    action: z.literal('add'),
    source: z.string().max(2000),
    integrity: z.string().max(200).optional(),
    enable: z.boolean(),
  }),
  z.object({ action: z.literal('update'), id, source: z.string().max(2000).optional() }),
  z.object({ action: z.literal('remove'), id, purge: z.boolean() }),
  z.object({ action: z.enum(['enable', 'disable', 'rollback', 'verify']), id }),
]);
export type PluginErrand = z.output<typeof PluginErrand>;

/** What it has to say, a line each; not `ok`: something is not as it should be. */
export interface ErrandAnswer {
  lines: string[];
  ok: boolean;
}

export interface ErrandParts {
  installer: PluginInstaller;
  service: PluginService;
}

export const errandJob = 'plugins.errand';

/** The way in which the command line asks a server that runs. */
export const pluginErrandJob = (parts: ErrandParts): JobDefinition =>
  defineJob({
    name: errandJob,
    title: ({ action }) => `Plugins: ${action}`,
    input: PluginErrand,
    run: (errand) => performErrand(errand, parts),
  });

export async function performErrand(errand: PluginErrand, { installer, service }: ErrandParts): Promise<ErrandAnswer> {
  switch (errand.action) {
    case 'list':
      return fine((await service.list()).map(lineOf));
    case 'search':
      return searchAnswer(await installer.search(errand.query));
    case 'add':
      return installed('Installed', await installer.install(errand));
    case 'update':
      return installed('Updated', await installer.update(errand.id, errand));
    case 'rollback':
      return installed('Brought back', await installer.rollback(errand.id));
    case 'remove':
      await installer.remove(errand.id, errand);
      return fine([`Removed ${errand.id}${errand.purge ? ' and all it kept' : '; what it kept stays'}.`]);
    case 'enable':
      return standing(await service.enable(errand.id));
    case 'disable':
      return fine([lineOf(await service.disable(errand.id))]);
    case 'verify':
      return verifyAnswer(errand.id, await installer.verify(errand.id));
  }
}

const fine = (lines: string[]): ErrandAnswer => ({ lines, ok: true });

const lineOf = ({ id: pluginId, version, state, reason, bundled }: PluginView): string =>
  `${pluginId} ${version}: ${state}${bundled ? ', comes with the server' : ''}${reason ? ` (${reason})` : ''}`;

const standing = (plugin: PluginView): ErrandAnswer => ({ lines: [lineOf(plugin)], ok: plugin.state === 'active' });

function installed(what: string, { plugin, difference, restartNeeded }: InstalledPackage): ErrandAnswer {
  const { permissions, contributions } = difference;
  const lines = [
    `${what} ${lineOf(plugin)}`,
    ...permissions.added.map((line) => `  + ${line}`),
    ...permissions.removed.map((line) => `  - ${line}`),
    ...contributions.added.map((line) => `  + ${line}`),
    ...contributions.removed.map((line) => `  - ${line}`),
    ...(restartNeeded
      ? ['It runs in the server: restart the server, so that nothing of the old version is left.']
      : []),
  ];
  return { lines, ok: plugin.state !== 'failed' };
}

function searchAnswer({ items, faults }: Awaited<ReturnType<PluginInstaller['search']>>): ErrandAnswer {
  const lines = items.map(
    ({ name, version, description, source, installed: there }) =>
      `${source} ${version}${there ? ` (${there} is installed)` : ''}: ${name}. ${description}`,
  );
  return { lines: [...(lines.length ? lines : ['Nothing found.']), ...faults], ok: faults.length === 0 };
}

function verifyAnswer(pluginId: string, found: Awaited<ReturnType<PluginInstaller['verify']>>): ErrandAnswer {
  if (found.ok) return fine([`${pluginId} is as it was installed.`]);
  const lines = (['changed', 'missing', 'added'] as const).flatMap((kind) =>
    found[kind].map((path) => `${kind}: ${path}`),
  );
  return { lines, ok: false };
}
