import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { PluginErrand } from '../kernel/plugins/install/plugin-errand.ts';
import type { CommandContext } from './command-context.ts';
import type { Add } from './program.ts';

const perform = async (context: CommandContext, errand: PluginErrand): Promise<number> =>
  (await import('./plugin.ts')).plugin(context, errand);

/** `vitascope plugin …` */
export function addPluginCommands(program: Command, add: Add): void {
  const plugin = program.command('plugin').description('install and look after plugins');
  const simple = (action: 'enable' | 'disable' | 'rollback' | 'verify', description: string): void =>
    void add(plugin, `${action} <id>`, description, (context, [id]) => perform(context, { action, id: id as string }));

  add(plugin, 'list', 'list all plugins and how they are', (context) => perform(context, { action: 'list' }));
  add(plugin, 'search [words...]', 'search the configured indexes', (context, [words]) =>
    perform(context, { action: 'search', query: (words as string[]).join(' ') }),
  );
  add(
    plugin,
    'add <source>',
    'install from npm:<name>[@range], index:<id>, an address, a .tgz file or a folder',
    addOne,
  )
    .option('--enable', 'and enable it')
    .option('--integrity <sha512>', 'take these bytes only');
  add(plugin, 'update <id> [source]', 'update from where it came, or from another source', (context, [id, source]) =>
    perform(context, {
      action: 'update',
      id: id as string,
      ...(source !== undefined && { source: absolute(source as string) }),
    }),
  );
  simple('rollback', 'bring back the version before the last update, with its data');
  add(plugin, 'remove <id>', 'remove a plugin that was added', (context, [id, options]) =>
    perform(context, { action: 'remove', id: id as string, purge: (options as { purge?: boolean }).purge === true }),
  ).option('--purge', 'also its documents, options, files and connections');
  simple('enable', 'enable a plugin; lifts its quarantine');
  simple('disable', 'stop a plugin and keep it stopped');
  simple('verify', 'compare its files with those that were installed');
}

const addOne = (context: CommandContext, [source, options]: unknown[]): Promise<number> => {
  const { enable = false, integrity } = options as { enable?: boolean; integrity?: string };
  const given = { source: absolute(source as string), enable, ...(integrity !== undefined && { integrity }) };
  return perform(context, { action: 'add', ...given });
};

/** A path is meant from where the command is given. */
const absolute = (source: string): string => (/^(npm|index|https?):/.test(source) ? source : resolve(source));
