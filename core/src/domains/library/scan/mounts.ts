import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { isWithin } from '../folder-rules.ts';
import { ignoreMark } from './walk.ts';

/** Devices as `root_folders.device` keeps them. */
export interface RootDevices {
  /** Of the root folder itself; null before the first scan. */
  own: string | null;
  /** Of disks that are mounted below it, by their path relative to it. */
  mounts: Readonly<Record<string, string>>;
}

/** Where nothing is mounted below, the text is the root's own device; else JSON of both. */
export function readDevices(stored: string | null): RootDevices {
  return stored?.startsWith('{') ? (JSON.parse(stored) as RootDevices) : { own: stored, mounts: {} };
}

export const writeDevices = ({ own, mounts }: RootDevices): string | null =>
  Object.keys(mounts).length === 0 ? own : JSON.stringify({ own, mounts });

/** The device of what is at a path, which the system says is on `device`. */
export type DeviceLookup = (path: string, device: string) => string;

export interface MountParts {
  root: string;
  /** As the scan found it. */
  rootDevice: string;
  before: RootDevices['mounts'];
  /** Tests cannot mount disks everywhere: they say what lies on which. */
  device?: DeviceLookup | undefined;
}

/**
 * The disks that are mounted below a root folder. One that is away leaves an empty folder, or none, on the disk it was mounted on:
 * what it held is then not gone. Numbers of devices may change with a restart, so a disk that has files is never away.
 */
export class Mounts {
  readonly #parts: MountParts;
  readonly #before: ReadonlyMap<string, string>;
  readonly #walked = new Map<string, string>();
  /** Folders on other devices than the root's. */
  readonly #elsewhere = new Map<string, string>();

  constructor(parts: MountParts) {
    this.#parts = parts;
    this.#before = new Map(Object.entries(parts.before).map(([path, device]) => [join(parts.root, path), device]));
  }

  /** Takes note of the folders above one at which a walk starts. */
  enterAt(start: string): void {
    const above: string[] = [];
    for (let folder = dirname(start); isWithin(folder, this.#parts.root); folder = dirname(folder)) above.push(folder);
    for (const folder of above.toReversed()) {
      const device = deviceAt(folder);
      if (device !== undefined) this.enter(folder, device);
    }
  }

  /** Takes note of a folder; those above it come before it. */
  enter(path: string, systemDevice: string): void {
    const { root, rootDevice } = this.#parts;
    if (path === root) return;
    const device = this.#lookUp(path, systemDevice);
    if (device !== rootDevice) this.#elsewhere.set(path, device);
    if (device !== (this.#elsewhere.get(dirname(path)) ?? rootDevice)) this.#walked.set(path, device);
  }

  /** Mount points whose disk is not there now, the outermost only. `hasSeen` tells whether the scan saw media in a folder. */
  away(hasSeen: (folder: string) => boolean): string[] {
    const away = [...new Set([...this.#before.keys(), ...this.#walked.keys()])].filter((path) =>
      this.#isAway(path, hasSeen),
    );
    return away.filter((path) => !away.some((other) => other !== path && isWithin(path, other)));
  }

  #isAway(path: string, hasSeen: (folder: string) => boolean): boolean {
    const walked = this.#walked.get(path);
    const before = this.#before.get(path);
    const now = this.#deviceAt(path);
    const wentInMidScan = walked !== undefined && now !== walked;
    if (wentInMidScan || before === undefined) return wentInMidScan;
    const isThere = now === before && now !== this.#deviceAt(dirname(path));
    return !isThere && !hasSeen(path) && !existsSync(join(path, ignoreMark));
  }

  /** What to keep for the next scan; after one of the whole root, mount points that are none any more are forgotten. */
  after(away: readonly string[], whole: boolean): RootDevices['mounts'] {
    const kept = [...this.#before].filter(
      ([path, device]) => !whole || away.includes(path) || this.#deviceAt(path) === device,
    );
    const now = [...this.#walked].filter(([path]) => !away.includes(path));
    const { root } = this.#parts;
    return Object.fromEntries([...kept, ...now].map(([path, device]) => [relative(root, path), device]));
  }

  #deviceAt(path: string): string | undefined {
    const device = deviceAt(path);
    return device && this.#lookUp(path, device);
  }

  #lookUp(path: string, device: string): string {
    return this.#parts.device?.(path, device) ?? device;
  }
}

/** Mount points below a root folder where no disk is mounted now. */
export const emptyMountPoints = (root: string, stored: string | null): string[] =>
  Object.keys(readDevices(stored).mounts)
    .map((path) => join(root, path))
    .filter((path) => (deviceAt(path) ?? deviceAt(dirname(path))) === deviceAt(dirname(path)));

/** Undefined where there is nothing, or nothing that may be looked at. */
function deviceAt(path: string): string | undefined {
  try {
    return String(statSync(path).dev);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
