import { mkdir, rm } from 'node:fs/promises';
import type { Manifest } from '@vitascope/sdk';
import { AppError, codeOf } from '../../errors.ts';
import type { Logger } from '../../log/logger.ts';
import type { FoundPlugin } from '../found-plugin.ts';
import { PluginAssets } from '../plugin-assets.ts';
import { endError } from '../plugin-line.ts';
import { checkFiles } from '../plugin-starter.ts';
import type { Orphans } from '../process/orphans.ts';
import { PluginChild } from '../process/plugin-child.ts';
import { ProcessLine, type ProcessLimits } from '../process/process-line.ts';
import type { PluginProgram } from '../process/program.ts';

export interface TrialParts {
  program: PluginProgram;
  limits: ProcessLimits;
  logger: Logger;
  orphans: Orphans;
}

/**
 * Starts a plugin once, in a process of its own that may ask nothing of the server, and ends it again: it loads, and it is what its
 * manifest says. Options that a person has yet to give are no fault.
 * @param dataFolder a folder for the trial alone
 * @throws AppError `plugin_failed`
 */
export async function tryStart(
  found: FoundPlugin & { manifest: Manifest; entry: string },
  dataFolder: string,
  { program, limits, logger, orphans }: TrialParts,
): Promise<void> {
  const { manifest, entry, folder, name } = found;
  checkFiles(manifest, await PluginAssets.load(folder));
  await mkdir(dataFolder, { recursive: true });
  const own = logger.child({ plugin: found.id, trial: true });
  const line = new ProcessLine({
    introduction: { manifest, packageName: name, options: {} },
    // Nothing of the server is there for it.
    host: { services: {} as never, listeners: {} as never },
    limits,
    logger: own,
    start: () =>
      orphans.track(new PluginChild({ program, entry, folder, dataFolder, memoryMb: limits.memoryMb, logger: own })),
    started: () => undefined,
    ended: () => undefined,
    failed: () => undefined,
  });
  try {
    await line.client();
  } catch (error) {
    if (codeOf(error) === 'invalid_config') return;
    if (codeOf(error) === 'plugin_failed') throw error;
    throw new AppError('plugin_failed', `The plugin does not start: ${(error as Error).message}`, { cause: error });
  } finally {
    await line.close(endError('cancelled', 'The trial is over'));
    await rm(dataFolder, { recursive: true, force: true });
  }
}
