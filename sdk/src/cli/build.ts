import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundle } from './bundler.ts';
import { listFiles } from './list-files.ts';
import type { PluginPackage } from './plugin-package.ts';

const isModule = (file: string): boolean => /\.[jt]s$/.test(file) && !/\.(test|d)\.[jt]s$/.test(file);

/**
 * Bundles a plugin's module, and each module at the top of `src/web` into one of the same name in `web`; other files there are
 * copied. The exit code.
 */
export async function buildPlugin({ folder, entry, source }: PluginPackage): Promise<number> {
  const pages = await listFiles(join(folder, 'src/web'));
  if (source) await made(entry, () => bundle({ folder, input: source, output: entry, platform: 'node' }));
  for (const page of pages) {
    const input = `src/web/${page}`;
    const output = `web/${page.replace(/\.ts$/, '.js')}`;
    if (isModule(page)) {
      // What lies deeper is a part of some page, not a page.
      if (!page.includes('/')) await made(output, () => bundle({ folder, input, output, platform: 'browser' }));
    } else if (!/\.[jt]s$/.test(page)) {
      await made(output, () => copy(join(folder, input), join(folder, output)));
    }
  }
  if (!source && pages.length === 0)
    process.stdout.write(`nothing to build: exports names ${entry}, which is not in dist, and there is no src/web\n`);
  return 0;
}

async function made(output: string, make: () => Promise<void>): Promise<void> {
  await make();
  process.stdout.write(`built ${output}\n`);
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
