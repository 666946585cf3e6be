import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '@vitascope/sdk';
import { AppError } from '../errors.ts';
import type { Logger } from '../log/logger.ts';
import { PluginBlobs } from './blobs.ts';
import { currentPlugin, type BootMarker } from './boot-marker.ts';
import type { FoundPlugin } from './found-plugin.ts';
import { createHostListeners, createHostServices, type HostServiceParts } from './host-services.ts';
import { namedHosts } from './http/address-guard.ts';
import { scopeOf, type Reach } from './host-scope.ts';
import { PluginAssets } from './plugin-assets.ts';
import type { Orphans } from './process/orphans.ts';
import { PluginChild } from './process/plugin-child.ts';
import { ProcessLine, type ProcessLimits } from './process/process-line.ts';
import type { PluginProgram } from './process/program.ts';
import type { PluginLine } from './plugin-line.ts';
import type { PluginEntries } from './plugin-entries.ts';
import type { Problems } from './problems.ts';
import { RunningPlugin } from './running-plugin.ts';
import type { SdkProvision } from './sdk-provision.ts';
import { splitSecrets } from './secret-fields.ts';
import { ServerLine, type ServerLineParts } from './server-line.ts';

/** A plugin that works, and the files of its pages. */
export interface Started {
  plugin: RunningPlugin;
  assets: PluginAssets;
  reach: Reach;
}

export interface StarterParts {
  /** Every plugin's own folder lies below it. */
  dataFolder: string;
  marker: BootMarker;
  entries: PluginEntries;
  provision: SdkProvision;
  logger: Logger;
  services: Omit<HostServiceParts, 'manifest' | 'blobs' | 'dataFolder'>;
  /** What a plugin's own process runs, and within which limits. */
  program: PluginProgram;
  limits: ProcessLimits;
  orphans: Orphans;
}

export interface StartInput {
  found: FoundPlugin;
  manifest: Manifest;
  problems: Problems;
  options: Record<string, unknown>;
  /** The user's order of plugins. */
  order: number;
  place: 'server' | 'process';
  /** Its process ended too often and is not started again: why. */
  failed(reason: string): void;
  /** Called as soon as the plugin can be asked, before it is entered anywhere. */
  loaded(started: Started): void;
}

const readyMs = 30_000;

/** Starts one plugin, and stops it again without leaving anything behind. */
export class PluginStarter {
  readonly #parts: StarterParts;

  constructor(parts: StarterParts) {
    this.#parts = parts;
  }

  /** @throws AppError what its line throws, or why it could not be entered; nothing of it is left then */
  async start(input: StartInput): Promise<Started> {
    const { found, place } = input;
    const { marker, provision } = this.#parts;
    let started: Started | undefined;
    provision.add(found.folder);
    // bundled plugins are tested with the server: a start that ended inside one was somebody's kill, not its doing
    const mayTakeServerDown = place === 'server' && !found.bundled;
    if (mayTakeServerDown) marker.starting(found.id);
    try {
      started = await this.#load(input);
      input.loaded(started);
      await this.#parts.entries.enter(started.plugin, { order: input.order, reach: started.reach });
      return started;
    } catch (error) {
      await started?.plugin.close();
      provision.remove(found.folder);
      throw error;
    } finally {
      if (mayTakeServerDown) marker.started();
    }
  }

  async stop(found: FoundPlugin, { plugin }: Started): Promise<void> {
    const { entries, provision, services, logger } = this.#parts;
    await entries.remove(found.id);
    const isEmpty = await plugin.close();
    provision.remove(found.folder);
    services.http.forget(found.id);
    const left = [...entries.leftovers(found.id), ...(isEmpty ? [] : ['calls that do not end'])];
    if (left.length) logger.error({ plugin: found.id, left }, 'A stopped plugin left something behind');
  }

  /** Tells a plugin that started later than the server what the others heard then. */
  sayReady({ plugin, reach }: Started, version: string): void {
    if (!plugin.manifest.contributes.hooks?.some(({ name }) => name === 'app.ready')) return;
    const tap = { verb: 'on' as const, name: 'app.ready', input: { version } };
    plugin.tap(tap, { scope: { ...scopeOf(), reach }, deadlineMs: readyMs }).catch((error: unknown) => {
      this.#parts.logger.warn({ plugin: plugin.id, err: error }, 'A hook failed: app.ready');
    });
  }

  async #load(input: StartInput): Promise<Started> {
    const { found, manifest, problems, options } = input;
    const dataFolder = join(this.#parts.dataFolder, found.id);
    const blobs = new PluginBlobs(dataFolder);
    await blobs.clean();
    const services = createHostServices({ ...this.#parts.services, manifest, blobs, dataFolder });
    const host = { services, listeners: createHostListeners(manifest, this.#parts.logger) };
    const assets = await PluginAssets.load(found.folder);
    checkFiles(manifest, assets);
    const line = await this.#line(input, { host, dataFolder });
    const plugin = new RunningPlugin({ manifest, problems, line });
    try {
      await currentPlugin.run(found.id, () => line.client());
    } catch (error) {
      await plugin.close();
      throw error;
    }
    return { plugin, assets, reach: reachOf(manifest, options) };
  }

  async #line(input: StartInput, o: { host: ServerLineParts['host']; dataFolder: string }): Promise<PluginLine> {
    const { found, manifest, options, problems, failed } = input;
    const { program, limits } = this.#parts;
    const introduction = { manifest, packageName: found.name, options };
    if (input.place === 'server') return new ServerLine({ found, introduction, host: o.host });
    await mkdir(o.dataFolder, { recursive: true });
    const logger = this.#parts.logger.child({ plugin: found.id });
    const child = { program, entry: found.entry!, folder: found.folder, dataFolder: o.dataFolder, logger };
    return new ProcessLine({
      introduction,
      host: o.host,
      limits,
      logger,
      start: () => this.#parts.orphans.track(new PluginChild({ ...child, memoryMb: limits.memoryMb })),
      started: () => problems.worked('its process'),
      ended: (reason) => problems.failed('its process', reason),
      failed,
    });
  }
}

/** @throws AppError `plugin_failed` when a page's files are not there */
export function checkFiles({ contributes }: Manifest, assets: PluginAssets): void {
  const shown = [...(contributes.pages ?? []), ...(contributes.widgets ?? [])];
  const named = shown.flatMap(({ module, styles = [] }) => [...(module ? [module] : []), ...styles]);
  const missing = named.filter((file) => !assets.has(file));
  if (missing.length) throw new AppError('plugin_failed', `Its web folder lacks ${missing.join(', ')}.`);
}

function reachOf({ contributes }: Manifest, options: Record<string, unknown>): Reach {
  const { secrets } = splitSecrets(contributes.options, options);
  return { named: namedHosts(options), secrets: Object.values(secrets) };
}
