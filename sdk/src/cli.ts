import { readFile, writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, differences } from './describe.ts';
import { Manifest } from './manifest.ts';
import type { Plugin } from './plugin.ts';

const usage = `vitascope-plugin manifest [folder]   writes what the plugin brings into its package.json
vitascope-plugin check [folder]      says whether package.json and code agree
`;

/** The command \`vitascope-plugin\`; the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [command, folder = '.'] = args;
  if (command !== 'manifest' && command !== 'check') {
    process.stderr.write(usage);
    return 64;
  }
  const file = resolve(folder, 'package.json');
  const json = JSON.parse(await readFile(file, 'utf8'));
  const contributes = describe(await loadPlugin(resolve(folder), json));
  const manifest = { format: 1, ...json.vitascope, contributes };
  const checked = Manifest.safeParse(manifest);
  if (!checked.success) return report(checked.error.issues.map((i) => `vitascope.${i.path.join('.')}: ${i.message}`));
  if (command === 'check') return report(differences(json.vitascope?.contributes ?? {}, contributes));
  await writeFile(file, `${JSON.stringify({ ...json, vitascope: manifest }, null, 2)}\n`);
  process.stdout.write(`${file} describes ${Object.keys(contributes).join(', ') || 'nothing'}\n`);
  return 0;
}

function report(faults: readonly string[]): number {
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length === 0) process.stdout.write('package.json and code agree\n');
  return faults.length === 0 ? 0 : 1;
}

/** A plugin gets the SDK from whoever loads it; here that is us. */
async function loadPlugin(folder: string, json: any): Promise<Plugin> {
  const own = import.meta.url.endsWith('.ts') ? './index.ts' : './index.js';
  const base = `${pathToFileURL(folder).href}/`;
  registerHooks({
    resolve(specifier, context, next) {
      const isPlugin = context.parentURL?.startsWith(base) ?? false;
      if (isPlugin && specifier === '@vitascope/sdk')
        return { url: new URL(own, import.meta.url).href, shortCircuit: true };
      return next(specifier, context);
    },
  });
  const main = json.exports?.['.'] ?? json.exports ?? json.main;
  const entry: unknown = typeof main === 'object' && main !== null ? (main.source ?? main.default) : main;
  if (typeof entry !== 'string') throw new Error('package.json names no module under exports');
  const { default: plugin } = await import(pathToFileURL(resolve(folder, entry)).href);
  if (plugin?.vitascope?.format !== 1) throw new Error(`${entry} has no default export made with definePlugin()`);
  return plugin as Plugin;
}
