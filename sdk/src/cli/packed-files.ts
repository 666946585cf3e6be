import { stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { fail } from '../errors.ts';
import { listFiles } from './list-files.ts';
import type { PluginPackage } from './plugin-package.ts';

const always = /^(readme|licen[cs]e|notice)(\.\w+)?$/i;
const never = /\.test\.[cm]?[jt]sx?$|\.d\.ts$|\.tgz$|^package(-lock)?\.json$|^[jt]sconfig[\w.-]*\.json$/;

/**
 * What goes into the package beside package.json: what `files` names, else `dist` and `web` of a plugin that is built and
 * everything of one that is not; README and LICENSE always, tests never.
 */
export async function packedFiles(plugin: PluginPackage): Promise<string[]> {
  const { folder, json, source } = plugin;
  const named: unknown = json.files ?? (source ? ['dist', 'web'] : undefined);
  const all = (await listFiles(folder)).filter((file) => !never.test(file));
  if (named === undefined) return all;
  if (!Array.isArray(named)) return fail('invalid_config', 'files in package.json has to be a list of paths');
  const wanted = named.map((path) => posix.normalize(String(path)).replace(/\/$/, ''));
  if (json.files) await checkNamed(folder, wanted);
  return all.filter(
    (file) => always.test(file) || wanted.some((path) => file === path || path === '.' || file.startsWith(`${path}/`)),
  );
}

/** Patterns are not understood: better said than half a package. */
async function checkNamed(folder: string, wanted: readonly string[]): Promise<void> {
  for (const path of wanted) {
    const found = await stat(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!found)
      fail('invalid_config', `files in package.json names ${path}, which is not there (patterns are not read)`);
  }
}
