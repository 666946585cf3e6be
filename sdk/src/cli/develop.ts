import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdir, realpath, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fail } from '../errors.ts';
import { readPluginPackage, type PluginPackage } from './plugin-package.ts';

const options = { 'server-data': { type: 'string' }, url: { type: 'string' }, token: { type: 'string' } } as const;
/** Editors write a file in several steps. */
const restMs = 150;

/** A running server that a plugin is tried in. */
interface Server {
  url: string;
  token: string;
}

/**
 * Links a plugin into a server's plugin folder; on every save builds it, describes it, and has the server look for changes.
 * Ends when it is interrupted; the exit code.
 */
export async function developPlugin(args: readonly string[]): Promise<number> {
  const { values, positionals } = read(args);
  const plugin = await readPluginPackage(positionals[0] ?? '.');
  const data = values['server-data'] ?? process.env.VITASCOPE_DATA_DIR;
  const token = values.token ?? process.env.VITASCOPE_TOKEN;
  const url = values.url ?? process.env.VITASCOPE_URL ?? 'http://127.0.0.1:8420';
  if (!data) return fail('invalid_config', "Name the server's data folder: --server-data, or VITASCOPE_DATA_DIR");
  if (!token) return fail('invalid_config', "Give an administrator's API token: --token, or VITASCOPE_TOKEN");
  await linkInto(plugin, resolve(data, 'plugins'));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  await onEverySave(plugin.folder, stop.signal, () => takeOver(plugin, { url, token }));
  return 0;
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    return fail('invalid_config', (cause as Error).message, { cause });
  }
}

/** A link, so that what is built is what is served. It stays: the plugin is installed until somebody removes it. */
async function linkInto({ folder, json }: PluginPackage, plugins: string): Promise<void> {
  const id: unknown = json.vitascope?.id;
  if (typeof id !== 'string' || !/^[a-z][a-z0-9-]*$/.test(id))
    fail('invalid_config', 'package.json has no vitascope.id');
  const link = join(plugins, id);
  await mkdir(dirname(link), { recursive: true });
  try {
    await symlink(folder, link, 'junction');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if ((await realpath(link)) !== (await realpath(folder)))
      fail('invalid_config', `${link} is another plugin of that id: remove it first`);
  }
}

/** Calls `round` at once and after each change of a source, one at a time. */
async function onEverySave(folder: string, signal: AbortSignal, round: () => Promise<void>): Promise<void> {
  const sources = existsSync(join(folder, 'src')) ? join(folder, 'src') : folder;
  let due = true;
  let wake = (): void => undefined;
  signal.addEventListener('abort', () => wake());
  watch(sources, { recursive: true, signal }, (_, file) => {
    if (!file || !isSource(file)) return;
    due = true;
    wake();
  });
  while (!signal.aborted) {
    if (due) {
      await rest(restMs);
      due = false;
      await round();
    } else await new Promise<void>((resolve) => (wake = resolve));
  }
}

/** What commands write is no reason to run them again. */
const isSource = (file: string): boolean => !/(^|[/\\])(\.|node_modules)|\.tgz$|^package(-lock)?\.json$/.test(file);

/** Each step in a new process: a module that was loaded once stays as it was. */
async function takeOver({ folder, json }: PluginPackage, server: Server): Promise<void> {
  for (const step of ['build', 'manifest']) {
    const parameters = [...process.execArgv, process.argv[1]!, step, folder];
    const [code] = await once(spawn(process.execPath, parameters, { stdio: 'inherit' }), 'exit');
    if (code !== 0) return;
  }
  process.stdout.write(`${await rescan(json.vitascope.id, server)}\n`);
}

/** What the server makes of the plugin, or why it could not be asked. */
async function rescan(id: string, { url, token }: Server): Promise<string> {
  try {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(new URL('/api/v1/plugins/rescan', url), { method: 'POST', headers });
    const body: any = await answer.json();
    if (!answer.ok) return `${url} answers ${answer.status}: ${body.detail ?? body.title}`;
    const view = body.items.find((each: { id: string }) => each.id === id);
    if (!view) return `${url} does not see ${id}: is the data folder that of this server?`;
    if (!view.enabled) return `${id} is installed: enable it once under Settings, Plugins`;
    return `${id} ${view.version} is ${view.state}${view.reason ? `: ${view.reason}` : ''}`;
  } catch (error) {
    // The server may be starting; the next save asks again.
    return `${url} cannot be asked: ${(error as Error).message}`;
  }
}
