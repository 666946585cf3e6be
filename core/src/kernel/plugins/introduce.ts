import { differences, type Manifest } from '@vitascope/sdk';
import { faultText, type PluginClient } from '@vitascope/sdk/runtime';
import { AppError } from '../errors.ts';
import type { HostScope } from './host-scope.ts';

export interface Introduction {
  manifest: Manifest;
  /** Name of its folder, for the hint. */
  packageName: string;
  options: Record<string, unknown>;
}

const mostShown = 10;

/**
 * Compares what a plugin's code is with what its manifest says, and hands it its options: before anything else is asked of it.
 * @throws AppError `plugin_failed` when the two differ, `invalid_config` for its options
 */
export async function introduce(
  client: PluginClient<HostScope>,
  { manifest, packageName, options }: Introduction,
): Promise<void> {
  const differing = differences(manifest.contributes, await client.describe());
  if (differing.length > 0) {
    throw new AppError('plugin_failed', `Its code is not what its manifest says: ${shorten(differing)}.`, {
      fix: `Write the manifest again: npx vitascope-plugin manifest ${packageName}`,
    });
  }
  const faults = await client.configure(options);
  if (faults.length === 0) return;
  throw new AppError('invalid_config', `Its options need attention: ${faultText(faults)}.`, {
    errors: faults.map(({ path, message }) => ({ path: ['body', 'values', path].filter(Boolean).join('.'), message })),
  });
}

const shorten = (list: readonly string[]): string =>
  list.length > mostShown
    ? `${list.slice(0, mostShown).join('; ')}; and ${list.length - mostShown} more`
    : list.join('; ');
