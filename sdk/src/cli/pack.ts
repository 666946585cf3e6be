import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors.ts';
import { buildPlugin } from './build.ts';
import { checkManifest, writeManifest } from './describe-folder.ts';
import { packedFiles } from './packed-files.ts';
import { packedJson, packageFaults } from './packed-json.ts';
import { readPluginPackage, type PluginPackage } from './plugin-package.ts';
import { tarball } from './tarball.ts';

/** Builds, describes and checks a plugin, and writes `<name>-<version>.tgz` into its folder; the exit code. */
export async function packPlugin(path: string): Promise<number> {
  const written = await readPluginPackage(path);
  const [fault] = packageFaults(written.json);
  if (fault) fail('invalid_config', fault);
  const steps = [
    () => buildPlugin(written),
    () => writeManifest(written),
    // Read anew, with the manifest; compared with what a server will load.
    async () => checkManifest(await readPluginPackage(path), written.entry),
  ];
  for (const step of steps) {
    const code = await step();
    if (code !== 0) return code;
  }
  return writePackage(await readPluginPackage(path));
}

async function writePackage(plugin: PluginPackage): Promise<number> {
  const { folder, json } = plugin;
  const paths = await packedFiles(plugin);
  for (const needed of [plugin.entry, ...browserFiles(json)])
    if (!paths.includes(needed))
      fail('invalid_config', `${needed} is named in package.json, and is not in the package`);
  const files = [{ path: 'package/package.json', bytes: Buffer.from(packedJson(json)) }];
  for (const path of paths) files.push({ path: `package/${path}`, bytes: await readFile(join(folder, path)) });
  const bytes = tarball(files);
  const name = `${json.name.replace(/^@/, '').replace('/', '-')}-${json.version}.tgz`;
  await writeFile(join(folder, name), bytes);
  for (const file of files) process.stdout.write(`  ${file.path.slice('package/'.length)}  ${file.bytes.length}\n`);
  process.stdout.write(`${join(folder, name)}  ${bytes.length} bytes\n`);
  process.stdout.write(`sha512-${createHash('sha512').update(bytes).digest('base64')}\n`);
  return 0;
}

/** Modules and style sheets that the manifest names. */
function browserFiles(json: any): string[] {
  const { pages = [], widgets = [] } = json.vitascope.contributes;
  const named = [...pages, ...widgets].flatMap(({ module, styles = [] }) => [module, ...styles]);
  return named.filter((file) => file !== undefined).map((file) => `web/${file}`);
}
