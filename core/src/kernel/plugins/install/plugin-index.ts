import { readFile, stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { pluginId } from '../plugins.schema.ts';
import type { Downloads } from './downloads.ts';
import { sha512In } from './integrity.ts';

const mostBytes = 10_000_000;

/** A list of plugins as static JSON, over https or as a file. */
const PluginIndex = z.object({
  format: z.literal(1),
  plugins: z
    .array(
      z.object({
        id: pluginId,
        name: z.string().max(200),
        description: z.string().max(2000).default(''),
        version: z.string().max(100),
        sdk: z.string().max(100),
        tarball: z.string().max(2000),
        integrity: z.string().refine((text) => sha512In(text) !== undefined, 'Has no sha512'),
        permissions: z.array(z.string().max(500)).max(100).optional(),
      }),
    )
    .max(10_000),
});

export interface IndexEntry {
  id: string;
  name: string;
  description: string;
  version: string;
  sdk: string;
  integrity: string;
  permissions?: string[] | undefined;
  /** Where the tarball is; absolute. */
  url: URL;
  /** The index it stands in, as it is configured. */
  index: string;
}

/** The plugins of one index. @throws AppError `unavailable` when it cannot be read or has another shape */
export async function loadIndex(downloads: Downloads, index: string): Promise<IndexEntry[]> {
  const isRemote = /^https?:/i.test(index);
  const base = isRemote ? new URL(index) : index.startsWith('file:') ? new URL(index) : pathToFileURL(index);
  const checked = PluginIndex.safeParse(
    isRemote ? await downloads.json(base, { most: mostBytes }) : await readIndex(base),
  );
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new AppError('unavailable', `${index} is no plugin index: ${issue?.path.join('.')}: ${issue?.message}.`);
  }
  return checked.data.plugins.map(({ tarball, integrity, ...plugin }) => ({
    ...plugin,
    integrity: sha512In(integrity)!,
    url: tarballAddress(tarball, { base, index }),
    index,
  }));
}

async function readIndex(file: URL): Promise<unknown> {
  try {
    if ((await stat(file)).size > mostBytes) throw new Error(`it has more than ${mostBytes / 1_000_000} MB`);
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new AppError(
      'unavailable',
      `The plugin index ${file.pathname} cannot be read: ${(cause as Error).message}.`,
      {
        cause,
        fix: 'Correct plugins.indexes in the configuration file.',
      },
    );
  }
}

/** An index from the network names nothing on this machine's disk. */
function tarballAddress(tarball: string, { base, index }: { base: URL; index: string }): URL {
  const url = URL.canParse(tarball, base.href) ? new URL(tarball, base) : undefined;
  const allowed = base.protocol === 'file:' ? ['file:', 'https:', 'http:'] : ['https:', 'http:'];
  if (url && allowed.includes(url.protocol)) return url;
  throw new AppError('unavailable', `${index} names a tarball that cannot be fetched: ${tarball}.`);
}

/** Whether every word stands somewhere in it. */
export function matchesQuery({ id, name, description }: IndexEntry, query: string): boolean {
  const text = `${id} ${name} ${description}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
