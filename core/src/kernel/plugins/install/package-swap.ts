import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { readJsonFile, writeJson, type LockRecord, type PluginLock } from './plugin-lock.ts';
import type { PluginSnapshots } from './plugin-snapshots.ts';

/** What is about to happen to a plugin's folder, written before it does. */
type Change = { id: string } & ({ record: LockRecord } | { remove: true; purge: boolean });

/**
 * Puts a staged package in the place of another, or takes one away. Every step is a rename or can be done again, and the change is
 * written down first: whenever the process ends, `recover` finds the old plugin or the new one whole. A stage is a folder with
 * `package` (the new one), `previous` (what was there, with its snapshot), `restore` (a snapshot to bring back) and `change.json`.
 */
export class PackageSwap {
  readonly #folder: string;
  readonly #lock: PluginLock;
  readonly #snapshots: PluginSnapshots;

  /** @param folder the plugins that people add */
  constructor(folder: string, lock: PluginLock, snapshots: PluginSnapshots) {
    this.#folder = folder;
    this.#lock = lock;
    this.#snapshots = snapshots;
  }

  async openStage(): Promise<string> {
    const stage = join(this.#folder, '.staging', randomUUID());
    await mkdir(stage, { recursive: true, mode: 0o700 });
    return stage;
  }

  previousOf(id: string): string {
    return join(this.#folder, '.previous', id);
  }

  /** The plugin is stopped meanwhile. A failure leaves the old one in its place. */
  async put(stage: string, id: string, record: LockRecord): Promise<void> {
    const isThere = existsSync(this.#target(id));
    if (isThere) await this.#snapshots.take(id, join(stage, 'previous'), await this.#lock.find(id));
    await writeJson(join(stage, 'change.json'), { id, record } satisfies Change);
    try {
      if (isThere) await rename(this.#target(id), join(stage, 'previous', 'package'));
      await rename(join(stage, 'package'), this.#target(id));
    } catch (error) {
      await this.#resume(stage);
      throw error;
    }
    await this.#resume(stage);
  }

  async remove(id: string, purge: boolean): Promise<void> {
    const stage = await this.openStage();
    await writeJson(join(stage, 'change.json'), { id, remove: true, purge } satisfies Change);
    await this.#resume(stage);
  }

  /** Ends what an earlier process began, and clears the rest; the ids that were changed. */
  async recover(): Promise<string[]> {
    const staging = join(this.#folder, '.staging');
    if (!existsSync(staging)) return [];
    const changed: string[] = [];
    for (const name of await readdir(staging)) {
      const id = await this.#resume(join(staging, name));
      if (id) changed.push(id);
    }
    await rm(staging, { recursive: true, force: true });
    return changed;
  }

  async #resume(stage: string): Promise<string | undefined> {
    const change = (await readJsonFile(join(stage, 'change.json'))) as Change | undefined;
    if (change && 'remove' in change) await this.#finishRemoval(change);
    else if (change && this.#isInPlace(stage, change.id)) await this.#finish(stage, change);
    else if (change) await this.#goBack(stage, change.id);
    await rm(stage, { recursive: true, force: true });
    return change?.id;
  }

  #isInPlace(stage: string, id: string): boolean {
    return !existsSync(join(stage, 'package')) && existsSync(this.#target(id));
  }

  /** The new one did not get into its place: the old one is put there again. */
  async #goBack(stage: string, id: string): Promise<void> {
    const old = join(stage, 'previous', 'package');
    if (existsSync(old) && !existsSync(this.#target(id))) await rename(old, this.#target(id));
  }

  async #finish(stage: string, { id, record }: { id: string; record: LockRecord }): Promise<void> {
    if (existsSync(join(stage, 'restore'))) await this.#snapshots.restore(id, join(stage, 'restore'));
    if (existsSync(join(stage, 'previous'))) {
      await rm(this.previousOf(id), { recursive: true, force: true });
      await mkdir(join(this.#folder, '.previous'), { recursive: true, mode: 0o700 });
      await rename(join(stage, 'previous'), this.previousOf(id));
    }
    await this.#lock.set(id, record);
  }

  async #finishRemoval({ id, purge }: { id: string; purge: boolean }): Promise<void> {
    await rm(this.#target(id), { recursive: true, force: true });
    await rm(this.previousOf(id), { recursive: true, force: true });
    if (purge) await this.#snapshots.purge(id);
    else await this.#snapshots.switchOff(id);
    await this.#lock.delete(id);
  }

  #target(id: string): string {
    return join(this.#folder, id);
  }
}
