import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What one can begin with. */
export const templates = [
  { name: 'metadata', about: 'a source of film descriptions' },
  { name: 'page', about: 'a page of its own in the app' },
  { name: 'hook', about: 'hears what happens and tells a service of yours' },
] as const;

/** A plugin to begin. */
export interface Beginning {
  /** New or empty. */
  folder: string;
  /** One of {@link templates}. */
  template: string;
  /** For people. */
  name: string;
}

const home = fileURLToPath(new URL('..', import.meta.url));

/** Writes a new plugin; the paths written. Throws for an unknown template, an impossible name, a folder with something in it. */
export async function scaffold({ folder, template, name }: Beginning): Promise<string[]> {
  const known = templates.find((each) => each.name === template);
  if (!known)
    throw new Error(`There is no template ${template}; there are ${templates.map((each) => each.name).join(', ')}.`);
  const words = await wordsFor(name, known.about);
  await refuseFilled(folder);
  const files = [...(await filesOf('base')), ...(await filesOf(template))];
  for (const { from, to } of files) {
    const text = await readFile(from, 'utf8');
    await mkdir(dirname(join(folder, to)), { recursive: true });
    await writeFile(
      join(folder, to),
      text.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => words[word] ?? ''),
    );
  }
  return files.map(({ to }) => to);
}

/** An id made of a name: `My Films` is `my-films`. */
export const idOf = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/^vitascope-plugin-/, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 64);

/** What stands in double braces in a template. Names go into JSON and into code, so they hold nothing that ends a string. */
async function wordsFor(name: string, about: string): Promise<Record<string, string>> {
  const id = idOf(name);
  if (!id || !/^[\p{L}\p{N}][\p{L}\p{N}\p{M} .,&+-]{0,99}$/u.test(name))
    throw new Error(`"${name}" cannot be a plugin's name: it needs a Latin letter, and no quotes or brackets.`);
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
  return { id, name, about, sdk: version };
}

async function refuseFilled(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length > 0) throw new Error(`${folder} is not empty: name a new folder.`);
}

/** The files of a template. npm keeps no .gitignore in a package, so it goes by another name there. */
async function filesOf(template: string): Promise<{ from: string; to: string }[]> {
  const root = join(home, 'templates', template);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((from) => ({ from, to: from.slice(root.length + 1).replace(/^gitignore$/, '.gitignore') }))
    .sort((a, b) => (a.to < b.to ? -1 : 1));
}
