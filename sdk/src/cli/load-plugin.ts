import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fail } from '../errors.ts';
import type { Plugin } from '../plugin.ts';
import type { PluginPackage } from './plugin-package.ts';

/** Loads one of a plugin's modules. A plugin gets the SDK from whoever loads it; here that is us. */
export async function loadPlugin({ folder }: PluginPackage, module: string): Promise<Plugin> {
  const own = import.meta.url.endsWith('.ts') ? '../index.ts' : '../index.js';
  const base = `${pathToFileURL(folder).href}/`;
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const isPlugin = context.parentURL?.startsWith(base) ?? false;
      if (isPlugin && specifier === '@vitascope/sdk')
        return { url: new URL(own, import.meta.url).href, shortCircuit: true };
      return next(specifier, context);
    },
  });
  try {
    const { default: plugin } = await import(pathToFileURL(join(folder, module)).href);
    if (plugin?.vitascope?.format !== 1)
      fail('invalid_config', `${module} has no default export made with definePlugin()`);
    return plugin as Plugin;
  } finally {
    hooks.deregister();
  }
}
