import { pathToFileURL } from 'node:url';
import type { Plugin, PluginError } from '@vitascope/sdk';
import {
  createPair,
  PluginClient,
  serve,
  type HostListeners,
  type HostServices,
  type Peer,
} from '@vitascope/sdk/runtime';
import { AppError } from '../errors.ts';
import { currentPlugin } from './boot-marker.ts';
import type { FoundPlugin } from './found-plugin.ts';
import { scopeOf, type HostScope } from './host-scope.ts';
import { introduce, type Introduction } from './introduce.ts';
import { importNatively } from './native-import.ts';
import { endError, type LineStatus, type PluginLine } from './plugin-line.ts';

/** Milliseconds a module may take to load. */
const loadMs = 15_000;
/** And what still runs to end after it was stopped. */
const drainMs = 3000;

export interface ServerLineParts {
  found: FoundPlugin;
  introduction: Introduction;
  host: { services: HostServices<HostScope>; listeners: HostListeners<HostScope> };
}

interface Open {
  client: PluginClient<HostScope>;
  served: Peer;
}

/** The line to a plugin that runs in the server's own process. */
export class ServerLine implements PluginLine {
  readonly #parts: ServerLineParts;
  #open: Promise<Open> | undefined;

  constructor(parts: ServerLineParts) {
    this.#parts = parts;
  }

  async client(): Promise<PluginClient<HostScope>> {
    this.#open ??= this.#load();
    return (await this.#open).client;
  }

  async close(reason: PluginError): Promise<boolean> {
    const open = await this.#open?.catch(() => undefined);
    if (!open) return true;
    await open.client.close(reason);
    const isBusy = () => open.served.open.answering > 0;
    for (const end = Date.now() + drainMs; isBusy() && Date.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return !isBusy();
  }

  status(): LineStatus {
    return { place: 'server', running: true, restarts: 0 };
  }

  async #load(): Promise<Open> {
    const { found, host, introduction } = this.#parts;
    const plugin = (await importModule(found)).default as Plugin | undefined;
    if (plugin?.vitascope?.format !== 1) {
      throw new AppError('plugin_failed', 'Its module has no default export made with definePlugin().');
    }
    const [here, there] = createPair('direct');
    const served = serve(plugin, there);
    const client = new PluginClient<HostScope>(here, { ...host, fallback: scopeOf() });
    try {
      await introduce(client, introduction);
    } catch (error) {
      await client.close(endError('cancelled', 'The plugin did not start'));
      throw error;
    }
    return { client, served };
  }
}

async function importModule({ id, entry, hash }: FoundPlugin): Promise<Record<string, unknown>> {
  const url = `${pathToFileURL(entry!).href}?v=${hash}`;
  const timer = new AbortController();
  try {
    return await Promise.race([
      // timers that the module sets while it loads carry its id along
      currentPlugin.run(id, () => importNatively(url)),
      tooLate(timer.signal),
    ]);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('plugin_failed', `Its module failed to load: ${message}`, { cause });
  } finally {
    timer.abort();
  }
}

const tooLate = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const late = () =>
      reject(new AppError('plugin_failed', `Its module did not finish loading within ${loadMs / 1000} s.`));
    const timer = setTimeout(late, loadMs);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
