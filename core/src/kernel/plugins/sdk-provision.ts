import { readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const name = '@vitascope/sdk';

/**
 * Plugins do not bring the SDK along: whatever lies in a plugin folder and imports `@vitascope/sdk` gets the server's own. A
 * version in a module's address (`?v=…`) is handed on to what it imports from the same folder, so that a changed plugin is
 * loaded anew as a whole.
 */
export class SdkProvision {
  readonly #folders = new Set<string>();
  readonly #entries = sdkEntries();
  #hooks: { deregister(): void } | undefined;

  /** Everything below `folder` belongs to a plugin. */
  add(folder: string): void {
    this.#folders.add(`${pathToFileURL(folder).href}/`);
    this.#hooks ??= registerHooks({ resolve: (specifier, context, next) => this.#resolve(specifier, context, next) });
  }

  remove(folder: string): void {
    this.#folders.delete(`${pathToFileURL(folder).href}/`);
  }

  close(): void {
    this.#folders.clear();
    this.#hooks?.deregister();
    this.#hooks = undefined;
  }

  #resolve: Parameters<typeof registerHooks>[0]['resolve'] & object = (specifier, context, next) => {
    const folder = context.parentURL && this.#folderOf(context.parentURL);
    if (!folder) return next(specifier, context);
    const own = this.#entries.get(specifier);
    if (own) return { url: own, shortCircuit: true };
    const found = next(specifier, context);
    const version = new URL(context.parentURL!).search;
    const isSibling = version && found.url.startsWith(folder) && !found.url.includes('?');
    return isSibling ? { ...found, url: found.url + version } : found;
  };

  #folderOf(url: string): string | undefined {
    for (const folder of this.#folders) if (url.startsWith(folder)) return folder;
    return undefined;
  }
}

/** The SDK's entry points as addresses: sources where this file is one, else what was built. */
function sdkEntries(): Map<string, string> {
  const condition = import.meta.url.endsWith('.ts') ? 'source' : 'default';
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: Record<string, unknown> };
  const entries = new Map<string, string>();
  for (const [path, target] of Object.entries(exports)) {
    const file = typeof target === 'string' ? target : (target as Record<string, string>)[condition];
    if (file) entries.set(join(name, path).replaceAll('\\', '/'), pathToFileURL(join(dirname(manifest), file)).href);
  }
  return entries;
}
