import { existsSync } from 'node:fs';
import { cp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '@vitascope/sdk';
import { AppError, notFound } from '../../errors.ts';
import type { ContractRegistry } from '../contract-registry.ts';
import { discoverPlugins } from '../discover.ts';
import type { FoundPlugin } from '../found-plugin.ts';
import { judge } from '../gate.ts';
import type { PluginService } from '../plugin.service.ts';
import { contributionsOf, permissionsOf } from '../plugin-view.ts';
import type { PluginView } from '../plugins.schema.ts';
import type { IndexedPlugin, InstalledPackage, PackageInspection, PackageVerification } from './install.schema.ts';
import { hashesOf, sha512Of } from './integrity.ts';
import { differenceOf, type Side } from './package-difference.ts';
import { installedFiles, unusable, writeFiles } from './package-files.ts';
import type { PackageFetcher } from './package-fetcher.ts';
import type { PackageSwap } from './package-swap.ts';
import type { LockRecord, PluginLock } from './plugin-lock.ts';
import type { PluginSnapshots } from './plugin-snapshots.ts';
import { tryStart, type TrialParts } from './trial-start.ts';

export interface InstallerParts {
  /** Where plugins lie that people add. */
  folder: string;
  fetcher: PackageFetcher;
  swap: PackageSwap;
  lock: PluginLock;
  snapshots: PluginSnapshots;
  service: PluginService;
  contracts: ContractRegistry;
  /** Forgets a plugin's connections. */
  forgetConnections(pluginId: string): Promise<void>;
  trial: TrialParts;
}

type Usable = FoundPlugin & { manifest: Manifest; entry: string };

/** A package in a folder of its own, checked but not started. */
interface Staged {
  stage: string;
  found: Usable;
  integrity: string;
  size: number;
  files: Record<string, string>;
}

/** Installs, updates, rolls back and removes plugins, one after another. The same for people, scripts and the command line. */
export class PluginInstaller {
  readonly #parts: InstallerParts;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: InstallerParts) {
    this.#parts = parts;
  }

  /** Ends what an earlier process began. Before plugins start. */
  async recover(): Promise<void> {
    const changed = await this.#parts.swap.recover();
    if (changed.length) this.#parts.trial.logger.warn({ plugins: changed }, 'Ended an interrupted change of plugins');
  }

  /** @throws AppError what fetching throws, `package_invalid`, `conflict` for a plugin that cannot be replaced */
  inspect(source: string, expected?: string): Promise<PackageInspection> {
    return this.#staged({ source, expected }, async ({ found, integrity, size }) => {
      const { id, name, version, description, author, homepage, manifest } = found;
      const there = await this.#replaceable(id);
      return {
        id,
        name,
        version,
        description,
        ...(author && { author }),
        ...(homepage && { homepage }),
        sdk: manifest.sdk,
        contributions: contributionsOf(manifest.contributes),
        permissions: this.#sideOf(found).permissions as string[],
        size,
        integrity,
        ...(there && { replaces: { version: there.version } }),
        difference: differenceOf(this.#sideOf(there), this.#sideOf(found)),
      };
    });
  }

  /** As `inspect` throws, and `plugin_failed` when it does not start. */
  install(o: {
    source: string;
    integrity?: string | undefined;
    enable?: boolean;
    id?: string;
  }): Promise<InstalledPackage> {
    return this.#staged({ source: o.source, expected: o.integrity }, async (staged) => {
      const { found } = staged;
      if (o.id !== undefined && found.id !== o.id) throw unusable(`it is plugin "${found.id}", not "${o.id}"`);
      const done = await this.#put(staged, o.source);
      return o.enable ? { ...done, plugin: await this.#parts.service.enable(found.id) } : done;
    });
  }

  /** @throws AppError `bad_request` when nobody knows where it came from */
  async update(
    id: string,
    o: { source?: string | undefined; integrity?: string | undefined } = {},
  ): Promise<InstalledPackage> {
    if (!(await this.#replaceable(id))) throw notFound('plugin', id);
    const source = o.source ?? (await this.#parts.lock.find(id))?.source;
    if (source !== undefined) return this.install({ source, integrity: o.integrity, id });
    throw new AppError('bad_request', `Plugin "${id}" was put there by hand: nobody knows where it came from.`, {
      fix: 'Say a source for the update.',
    });
  }

  /** @throws AppError `not_found` when there was no update */
  rollback(id: string): Promise<InstalledPackage> {
    return this.#inTurn(async () => {
      const { swap, snapshots } = this.#parts;
      const previous = swap.previousOf(id);
      if (!(await this.#replaceable(id))) throw notFound('plugin', id);
      if (!existsSync(join(previous, 'package'))) throw notFound('earlier version of plugin', id);
      return this.#inStage(async (stage) => {
        await cp(join(previous, 'package'), join(stage, 'package'), { recursive: true });
        await cp(join(previous, 'snapshot.json'), join(stage, 'restore', 'snapshot.json'));
        await cp(join(previous, 'data'), join(stage, 'restore', 'data'), { recursive: true, verbatimSymlinks: true });
        const found = await this.#check(stage);
        const record = await snapshots.recordIn(previous);
        const files = record?.files ?? (await hashesIn(found.folder));
        return this.#put({ stage, found, files, integrity: record?.integrity ?? '', size: 0 }, record?.source ?? '');
      });
    });
  }

  /** @throws AppError `not_found`, `conflict` for a bundled one */
  remove(id: string, { purge }: { purge: boolean }): Promise<void> {
    return this.#inTurn(async () => {
      const { service, swap } = this.#parts;
      if (!(await this.#replaceable(id))) throw notFound('plugin', id);
      await service.exchange(id, async () => {
        if (purge) await this.#parts.forgetConnections(id);
        await swap.remove(id, purge);
      });
    });
  }

  /** @throws AppError `not_found` when it was not installed by this service */
  async verify(id: string): Promise<PackageVerification> {
    const record = await this.#parts.lock.find(id);
    const there = await this.#replaceable(id);
    if (!record || !there) throw notFound('installed plugin', id);
    const now = await hashesIn(there.folder);
    const known = Object.keys(record.files);
    const changed = known.filter((path) => now[path] !== undefined && now[path] !== record.files[path]);
    const missing = known.filter((path) => now[path] === undefined);
    const added = Object.keys(now).filter((path) => record.files[path] === undefined);
    return { ok: changed.length + missing.length + added.length === 0, changed, missing, added };
  }

  async search(query: string): Promise<{ items: IndexedPlugin[]; faults: string[] }> {
    const { entries, faults } = await this.#parts.fetcher.search(query);
    const items = entries.map(({ url: _, ...entry }) => {
      const there = this.#parts.service.found(entry.id);
      return { ...entry, source: `index:${entry.id}`, ...(there && { installed: there.version }) };
    });
    return { items, faults };
  }

  async #put({ stage, found, integrity, files }: Staged, source: string): Promise<InstalledPackage> {
    // Before anything of the old one is touched.
    await this.#replaceable(found.id);
    await tryStart(found, join(stage, 'trial'), this.#parts.trial);
    return this.#swapped(found, async () => {
      const record: LockRecord = {
        version: found.version,
        source,
        integrity,
        installedAt: new Date().toISOString(),
        permissions: [...this.#sideOf(found).permissions],
        files,
      };
      await this.#parts.swap.put(stage, found.id, record);
    });
  }

  async #swapped(found: Usable, swap: () => Promise<void>): Promise<InstalledPackage> {
    const { service } = this.#parts;
    const before = await this.#replaceable(found.id);
    const difference = differenceOf(this.#sideOf(before), this.#sideOf(found));
    const wasRunning = service.running(found.id) !== undefined;
    const plugin = (await service.exchange(found.id, swap)) as PluginView;
    return { plugin, difference, restartNeeded: wasRunning && plugin.place === 'server' };
  }

  #staged<T>(
    { source, expected }: { source: string; expected: string | undefined },
    work: (staged: Staged) => Promise<T>,
  ): Promise<T> {
    return this.#inTurn(async () => {
      const { files, integrity } = await this.#parts.fetcher.fetch(source, expected);
      return this.#inStage(async (stage) => {
        await writeFiles(join(stage, 'package'), files);
        const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
        return work({ stage, found: await this.#check(stage), integrity, size, files: hashesOf(files) });
      });
    });
  }

  async #inStage<T>(work: (stage: string) => Promise<T>): Promise<T> {
    const stage = await this.#parts.swap.openStage();
    try {
      return await work(stage);
    } finally {
      // With a change written down it is a matter of `recover`.
      if (!existsSync(join(stage, 'change.json'))) await rm(stage, { recursive: true, force: true });
    }
  }

  /** The staged package's manifest, judged as that of any plugin. */
  async #check(stage: string): Promise<Usable> {
    const { plugins } = await discoverPlugins([{ folder: stage, bundled: false }]);
    const [found] = plugins;
    if (!found) throw unusable('it has no package.json');
    const verdict = await judge(found, { safeMode: false, disabled: [], contracts: this.#parts.contracts });
    if ('state' in verdict) throw unusable(verdict.reason.replace(/\.$/, ''));
    return { ...found, ...verdict };
  }

  /** What of an id lies in the folder of added plugins. @throws AppError `conflict` when it lies elsewhere */
  async #replaceable(id: string): Promise<FoundPlugin | undefined> {
    // Folders come and go without us, too.
    await this.#parts.service.list();
    const found = this.#parts.service.found(id);
    const place = join(this.#parts.folder, id);
    if (!found && !existsSync(place)) return undefined;
    if (found?.bundled) {
      throw new AppError('conflict', `Plugin "${id}" comes with the server and cannot be replaced or removed.`, {
        fix: 'Switch it off instead.',
      });
    }
    if (found && existsSync(place) && (await realpath(place)) === found.folder) return found;
    const what = found ? `Plugin "${id}" lies in ${found.folder}` : `${place} is there and is not plugin "${id}"`;
    throw new AppError('conflict', `${what}, and nothing is installed over it.`, {
      fix: 'Take that folder away first.',
    });
  }

  #sideOf(found: FoundPlugin | undefined): Side {
    const manifest = found?.manifest;
    const place = found && this.#parts.service.placeOf(found);
    return { manifest, permissions: manifest && place ? permissionsOf(manifest, place) : [] };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    // What an operation before this one could not end is ended first.
    const result = this.#turn.then(() => this.recover()).then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

async function hashesIn(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  // What is no file is none of ours.
  for await (const { path, bytes } of installedFiles(folder)) hashes[path] = bytes ? sha512Of(bytes) : '';
  return hashes;
}
