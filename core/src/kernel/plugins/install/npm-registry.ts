import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { highestInRange } from '../version-range.ts';
import type { Downloads } from './downloads.ts';
import { sha512In } from './integrity.ts';

const mostBytes = 20_000_000;
/** The short form of a package's description. */
const accept = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8';

const Packument = z.object({
  'dist-tags': z.record(z.string(), z.string()).default({}),
  versions: z.record(z.string(), z.object({ dist: z.object({ tarball: z.url(), integrity: z.string().optional() }) })),
});

export interface Offer {
  url: URL;
  /** sha512 of the tarball's bytes, as the offer promises it. */
  integrity: string;
}

/**
 * Asks an npm registry for the tarball of a package: the highest version in the range, a tag's, or the latest.
 * @throws AppError `not_found`, `unavailable`
 */
export async function findInRegistry(
  downloads: Downloads,
  registry: string,
  { name, range }: { name: string; range?: string },
): Promise<Offer> {
  const url = new URL(name.replace('/', '%2f'), registry.endsWith('/') ? registry : `${registry}/`);
  const checked = Packument.safeParse(await downloads.json(url, { most: mostBytes, accept }));
  if (!checked.success) throw new AppError('unavailable', `${url.href} answered no description of a package.`);
  const { versions, 'dist-tags': tags } = checked.data;
  const version = chooseVersion(Object.keys(versions), tags, range);
  const dist = version === undefined ? undefined : versions[version]?.dist;
  if (!dist) {
    throw new AppError('not_found', `${name} has no version ${range ?? 'latest'} in ${new URL(registry).host}.`, {
      fix: `There are: ${Object.keys(versions).slice(-10).join(', ') || 'none'}.`,
    });
  }
  const integrity = sha512In(dist.integrity ?? '');
  if (!integrity) throw new AppError('unavailable', `The registry promises no sha512 for ${name} ${version}.`);
  return { url: new URL(dist.tarball), integrity };
}

function chooseVersion(versions: string[], tags: Record<string, string>, range = 'latest'): string | undefined {
  if (Object.hasOwn(tags, range)) return tags[range];
  return versions.includes(range) ? range : highestInRange(versions, range);
}
