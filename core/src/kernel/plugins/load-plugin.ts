import { pathToFileURL } from 'node:url';
import { differences, type Manifest, type Plugin } from '@vitascope/sdk';
import { faultText, type HostListeners, type HostServices } from '@vitascope/sdk/runtime';
import { AppError } from '../errors.ts';
import { currentPlugin } from './boot-marker.ts';
import type { FoundPlugin } from './found-plugin.ts';
import type { HostScope } from './host-scope.ts';
import { importNatively } from './native-import.ts';
import type { Problems } from './problems.ts';
import { RunningPlugin } from './running-plugin.ts';

/** Milliseconds a module may take to load. */
const loadMs = 15_000;
const mostShown = 10;

export interface LoadParts {
  found: FoundPlugin;
  manifest: Manifest;
  entry: string;
  options: Record<string, unknown>;
  problems: Problems;
  host: { services: HostServices<HostScope>; listeners: HostListeners<HostScope> };
}

/**
 * Loads a plugin's code, compares it with its manifest and hands it its options. Nothing of it is entered anywhere yet.
 * @throws AppError `plugin_failed` when it cannot be loaded or is not what its manifest says, `invalid_config` for its options
 */
export async function loadPlugin(parts: LoadParts): Promise<RunningPlugin> {
  const { found, manifest, problems, host } = parts;
  const module = await importModule(parts);
  const plugin = module.default as Plugin | undefined;
  if (plugin?.vitascope?.format !== 1) {
    throw new AppError('plugin_failed', 'Its module has no default export made with definePlugin().');
  }
  const running = new RunningPlugin({ manifest, plugin, problems, host });
  const described = await running.describe();
  const differing = differences(manifest.contributes, described);
  if (differing.length) {
    await running.close();
    throw new AppError('plugin_failed', `Its code is not what its manifest says: ${shorten(differing)}.`, {
      fix: `Write the manifest again: npx vitascope-plugin manifest ${found.name}`,
    });
  }
  const faults = await running.configure(parts.options);
  if (faults.length === 0) return running;
  await running.close();
  throw new AppError('invalid_config', `Its options need attention: ${faultText(faults)}.`, {
    errors: faults.map(({ path, message }) => ({ path: ['body', 'values', path].filter(Boolean).join('.'), message })),
  });
}

async function importModule({ found, entry }: LoadParts): Promise<Record<string, unknown>> {
  const url = `${pathToFileURL(entry).href}?v=${found.hash}`;
  const timer = new AbortController();
  try {
    return await Promise.race([
      // timers that the module sets while it loads carry its id along
      currentPlugin.run(found.id, () => importNatively(url)),
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

const shorten = (list: string[]): string =>
  list.length > mostShown
    ? `${list.slice(0, mostShown).join('; ')}; and ${list.length - mostShown} more`
    : list.join('; ');
