import { writeFile } from 'node:fs/promises';
import { describe, differences } from '../describe.ts';
import { Manifest } from '../manifest.ts';
import { loadPlugin } from './load-plugin.ts';
import type { PluginPackage } from './plugin-package.ts';

/** Writes what the code brings into the manifest; the exit code. */
export async function writeManifest(plugin: PluginPackage): Promise<number> {
  const { file, json } = plugin;
  const vitascope = await manifestOf(plugin, plugin.source ?? plugin.entry);
  const faults = faultsOf(vitascope);
  if (faults.length > 0) return report(faults);
  const brings = Object.keys(vitascope.contributes).join(', ') || 'nothing';
  if (JSON.stringify(vitascope) !== JSON.stringify(json.vitascope))
    await writeFile(file, `${JSON.stringify({ ...json, vitascope }, null, 2)}\n`);
  process.stdout.write(`${file} describes ${brings}\n`);
  return 0;
}

/** Compares manifest and code, by default the code that is written, not the built; the exit code. */
export async function checkManifest(plugin: PluginPackage, module = plugin.source ?? plugin.entry): Promise<number> {
  const vitascope = await manifestOf(plugin, module);
  const faults = faultsOf(vitascope);
  return report(
    faults.length > 0 ? faults : differences(plugin.json.vitascope?.contributes ?? {}, vitascope.contributes),
  );
}

const manifestOf = async (plugin: PluginPackage, module: string) => ({
  format: 1,
  ...plugin.json.vitascope,
  contributes: describe(await loadPlugin(plugin, module)),
});

function faultsOf(manifest: unknown): string[] {
  const checked = Manifest.safeParse(manifest);
  return checked.error?.issues.map((i) => `vitascope.${i.path.join('.')}: ${i.message}`) ?? [];
}

function report(faults: readonly string[]): number {
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  if (faults.length === 0) process.stdout.write('package.json and code agree\n');
  return faults.length === 0 ? 0 : 1;
}
