import { existsSync, realpathSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Database } from '../../../kernel/database/database.ts';
import type { CatalogStore } from '../../catalog/catalog-store.ts';
import { isWithin } from '../folder-rules.ts';
import { parseName } from '../name-parser/parse-name.ts';
import { ExactNames, type ExactNamesParts } from './exact-names.ts';
import { shapeOf, type FolderShape } from './folder-shape.ts';
import { FileIdentifier, type PlacedFile } from './identify-files.ts';
import { bestByFolder, findByFingerprint, loadKnownFiles, type KnownFile } from './known-files.ts';
import { markMissing } from './mark-missing.ts';
import { prepareFile } from './prepare-file.ts';
import { Mounts, readDevices, writeDevices, type DeviceLookup, type RootDevices } from './mounts.ts';
import { PathResolver } from './resolve-paths.ts';
import { inspectRoot } from './root-state.ts';
import type { ScanChange, ScanHost, ScanOrder, ScanProgress, ScanSummary } from './scan-types.ts';
import { compileSources, SidecarFolders, signatureOf } from './sidecars.ts';
import { FileStore } from './store-files.ts';
import { walk, type FoundFile, type FoundFolder } from './walk.ts';

export interface ScannedRoot {
  id: number;
  path: string;
  /** What the last scan kept: see `RootDevices`. */
  device: string | null;
}

export interface RootScanParts {
  database: Database;
  catalog: CatalogStore;
  host: ScanHost;
  order: ScanOrder;
  library: { id: number; type: 'movies' | 'shows' | 'mixed'; threshold: number };
  summary: ScanSummary;
  /** Folders of the server itself: what lies there is nobody's media. */
  reserved: readonly string[];
  device?: DeviceLookup | undefined;
  exists?: ExactNamesParts['exists'];
  signal: AbortSignal;
  onProgress(progress: ScanProgress): void;
  onChange(change: ScanChange): void;
}

/** Small enough that a transaction holds others up for a few milliseconds only. */
const batchSize = 40;
const breathMs = 20;
const unmounted =
  'The disk that was mounted here is away. Nothing on it was removed; mount it and scan again. If it is gone for good, put a file named .ignore into this folder.';

interface Pending {
  found: FoundFile;
  known: KnownFile | undefined;
  shape: FolderShape;
  signature: string;
  content: boolean;
}

/** Brings one root folder's files up to date with the disk. Started again after a crash, it goes on with what is left. */
export class RootScan {
  readonly #parts: RootScanParts;
  readonly #root: ScannedRoot;
  readonly #folders = new SidecarFolders();
  readonly #identifier: FileIdentifier;
  readonly #unreadable = new Set<string>();
  readonly #seen = new Set<string>();
  /** Where files were that are elsewhere now. */
  readonly #left = new Set<string>();
  readonly #returned: number[] = [];
  readonly #done: { base: number; expected: number };
  #known = new Map<string, KnownFile>();
  #pending: Pending[] = [];
  readonly #devices: RootDevices;
  #mounts!: Mounts;
  #store!: FileStore;
  #writing: Promise<void> = Promise.resolve();
  #breathedAt = performance.now();

  constructor(root: ScannedRoot, parts: RootScanParts, done: { base: number; expected: number }) {
    this.#root = root;
    this.#devices = readDevices(root.device);
    this.#parts = parts;
    this.#done = done;
    const { library, order, host } = parts;
    this.#identifier = new FileIdentifier({
      libraryType: library.type,
      sources: compileSources(order.sources),
      host,
      paths: new PathResolver(root.path),
    });
  }

  async run(): Promise<void> {
    const { database, catalog, library } = this.#parts;
    this.#known = await loadKnownFiles(database, this.#root.id);
    const state = this.#inspect([...this.#known.values()].some((file) => !file.missing));
    if ('unavailable' in state) return this.#leave(state.unavailable);
    this.#mounts = new Mounts({
      root: this.#root.path,
      rootDevice: state.device,
      before: this.#devices.mounts,
      device: this.#parts.device,
    });
    const target = {
      libraryId: library.id,
      rootId: this.#root.id,
      rootPath: this.#root.path,
      threshold: library.threshold,
    };
    this.#store = new FileStore({ database, catalog, knownByFolder: bestByFolder(this.#known.values()) }, target);
    try {
      for (const start of this.#starts()) await this.#walkFrom(start);
      await this.#flush();
    } catch (error) {
      const now = this.#inspect(true);
      if ('unavailable' in now) return await this.#leave(now.unavailable);
      throw error;
    } finally {
      await this.#writing;
    }
    const after = this.#inspect(this.#known.size > 0 || this.#seen.size > 0);
    if ('unavailable' in after) return this.#leave(after.unavailable);
    if (this.#isAnotherDisk(after.device)) {
      const { path } = this.#root;
      return this.#leave(
        `${path} lies on another device than before and holds none of its files. Its disk is not mounted, most likely. Nothing was removed; scan again once the disk is back.`,
      );
    }
    const away = this.#leaveMounts();
    await this.#markReturned();
    await this.#markMissing();
    await this.#keepState(state.device, away);
    this.#parts.summary.roots.push({ rootId: this.#root.id, path: this.#root.path });
  }

  #inspect(hadFiles: boolean) {
    return inspectRoot({ path: this.#root.path, device: this.#devices.own, hadFiles });
  }

  /** What lies on a disk that is mounted below the root and away now keeps its state. The mount points of such disks. */
  #leaveMounts(): string[] {
    const { summary } = this.#parts;
    const starts = this.#starts();
    const away = this.#mounts
      .away((folder) => this.#hasFiles(folder))
      .filter((mount) => starts.some((start) => isWithin(mount, start) || isWithin(start, mount)))
      .filter((mount) => [...this.#known.values()].some((file) => !file.missing && isWithin(file.path, mount)));
    for (const path of away) {
      this.#unreadable.add(path);
      summary.problems.push({ path, reason: unmounted });
    }
    return away;
  }

  #hasFiles(folder: string): boolean {
    for (const path of this.#seen) if (isWithin(path, folder)) return true;
    // A scan of some folders sees nothing of the rest of a disk.
    if (!this.#parts.order.folders) return false;
    for (const { path, missing } of this.#known.values())
      if (!missing && isWithin(path, folder) && existsSync(path)) return true;
    return false;
  }

  /** A scan of some folders says nothing of the others. */
  async #keepState(device: string, away: readonly string[]): Promise<void> {
    const { database, order } = this.#parts;
    const whole = order.folders === undefined;
    const devices = { own: whole ? device : this.#devices.own, mounts: this.#mounts.after(away, whole) };
    const reason = away.map((path) => `${path}: ${unmounted}`).join(' ');
    await database.run(
      `update root_folders set unavailable_reason = ${whole ? '?' : `case when available then unavailable_reason else ? end`},
         available = ?, device = ?, last_scan_at = ? where id = ?`,
      [reason, true, writeDevices(devices), Date.now(), this.#root.id],
    );
  }

  /** A mount point without its disk may hold a stray file or two; a library that moved to a new disk is at the old paths. */
  #isAnotherDisk(device: string): boolean {
    if (this.#parts.order.folders) return false;
    const hadFiles = [...this.#known.values()].some((file) => !file.missing);
    const { own } = this.#devices;
    return hadFiles && this.#seen.size === 0 && own !== null && own !== device;
  }

  #starts(): string[] {
    const { folders } = this.#parts.order;
    if (!folders) return [this.#root.path];
    const inside = folders.filter((folder) => isWithin(folder, this.#root.path) || isWithin(this.#root.path, folder));
    const starts = inside.map((folder) => (isWithin(folder, this.#root.path) ? folder : this.#root.path));
    return starts.filter(
      (start, index) =>
        starts.indexOf(start) === index && !starts.some((other) => other !== start && isWithin(start, other)),
    );
  }

  async #walkFrom(start: string): Promise<void> {
    const { signal, summary } = this.#parts;
    if (start !== this.#root.path && !existsSync(start)) return;
    this.#mounts.enterAt(start);
    const folders = walk(start, {
      realRoot: realpathSync(this.#root.path),
      closed: this.#parts.reserved,
      onUnreadable: (problem) => {
        this.#unreadable.add(problem.path);
        summary.problems.push(problem);
      },
    });
    try {
      for (const folder of folders) {
        signal.throwIfAborted();
        this.#mounts.enter(folder.path, folder.device);
        await this.#look(folder);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (start === this.#root.path || (error as NodeJS.ErrnoException).path === undefined) throw error;
      this.#unreadable.add(start);
    }
  }

  async #look(folder: FoundFolder): Promise<void> {
    const { library, order, summary, onProgress } = this.#parts;
    const sidecars = this.#folders.add(folder);
    if (folder.media.length === 0) return;
    const media = await this.#wanted(folder);
    const shape = shapeOf({
      path: folder.path,
      root: this.#root.path,
      libraryType: library.type,
      media,
      sidecars,
      folders: this.#folders,
    });
    const extras: Pending[] = [];
    for (const found of media) {
      this.#seen.add(found.path);
      const known = this.#known.get(found.path);
      const signature = signatureOf(found.name, sidecars, shape.shared);
      const content =
        order.full || !known || known.incomplete || known.size !== found.size || known.modifiedAt !== found.modifiedAt;
      if (known && !content && known.signature === signature) {
        if (known.missing) this.#returned.push(known.id);
        continue;
      }
      const extra = known ? known.role === 'extra' : parseName(found.name).extra;
      if (!known && extra === 'sample') continue;
      (extra ? extras : this.#pending).push({ found, known, shape, signature, content });
    }
    // Behind the films they belong to, which a batch before may then have stored already.
    this.#pending.push(...extras);
    summary.seen += media.length;
    onProgress({
      done: this.#done.base + this.#seen.size,
      total: Math.max(this.#done.expected, this.#done.base + this.#seen.size),
      note: folder.path,
    });
    while (this.#pending.length >= batchSize) await this.#flush(batchSize);
    await this.#breathe();
  }

  /** Reads and writes are done at once on a local disk: without a pause now and then nobody could stop the scan. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#breathedAt < breathMs) return;
    await setImmediate();
    this.#breathedAt = performance.now();
  }

  /** Without files that plugins leave out. */
  async #wanted(folder: FoundFolder): Promise<FoundFile[]> {
    if (!this.#parts.order.filtered) return folder.media;
    const skipped = await this.#parts.host.filter(
      folder.media.map(({ path, size }) => ({ path, size, directory: false })),
    );
    return folder.media.filter((_, index) => !skipped[index]);
  }

  /** Prepares a batch while the one before is being identified and stored. */
  async #flush(size = Number.POSITIVE_INFINITY): Promise<void> {
    const batch = this.#pending.slice(0, size);
    this.#pending = this.#pending.slice(batch.length);
    if (batch.length > 0) {
      await this.#breathe();
      const prepared = await this.#prepare(batch);
      await this.#writing;
      this.#writing = this.#write(prepared);
      // The next flush, or the end of the scan, hears of a failure; until then it has a listener.
      this.#writing.catch(() => undefined);
    }
    if (size === Number.POSITIVE_INFINITY) await this.#writing;
  }

  async #prepare(batch: readonly Pending[]): Promise<PlacedFile[]> {
    const { signal } = this.#parts;
    const placed: PlacedFile[] = [];
    for (const { shape, ...pending } of batch) {
      signal.throwIfAborted();
      placed.push({ shape, file: await prepareFile({ ...pending, root: this.#root.path, signal }) });
    }
    return placed;
  }

  async #write(placed: PlacedFile[]): Promise<void> {
    const { summary, onChange, signal } = this.#parts;
    await this.#recogniseMoved(placed);
    const identified = await this.#identifier.identify(placed);
    signal.throwIfAborted();
    const { change, unmatched } = await this.#store.store(identified);
    summary.unmatched += unmatched;
    for (const { file } of identified) {
      if (!file.known) summary.added += 1;
      else if (file.movedFrom !== undefined) summary.moved += 1;
      else summary.changed += 1;
      if (file.known?.missing && file.movedFrom === undefined) summary.returned += 1;
      if (file.problem) summary.problems.push({ path: file.found.path, reason: file.problem });
    }
    onChange(change);
  }

  /** A new path with the fingerprint of a file that is no longer where it was is that file. */
  async #recogniseMoved(placed: readonly PlacedFile[]): Promise<void> {
    const fresh = placed.filter(({ file }) => !file.known && file.fingerprint !== '' && file.found.size > 0);
    const candidates = await findByFingerprint(this.#parts.database, [
      ...new Set(fresh.map(({ file }) => file.fingerprint)),
    ]);
    const names = this.#exactNames();
    const taken = new Set<number>();
    for (const { file } of fresh) {
      const gone = candidates.find(
        (known) =>
          known.fingerprint === file.fingerprint && !taken.has(known.id) && (known.missing || !names.has(known.path)),
      );
      if (!gone) continue;
      taken.add(gone.id);
      file.known = gone;
      file.movedFrom = gone.path;
      this.#left.add(gone.path);
    }
  }

  #exactNames(): ExactNames {
    return new ExactNames({ root: this.#root.path, exists: this.#parts.exists });
  }

  async #markReturned(): Promise<void> {
    await markMissing(this.#parts, this.#returned, null);
    this.#parts.summary.returned += this.#returned.length;
  }

  async #markMissing(): Promise<void> {
    const { order, summary } = this.#parts;
    const scopes = order.folders ? this.#starts() : [this.#root.path];
    const names = this.#exactNames();
    const gone = [...this.#known.values()].filter(
      (file) =>
        !file.missing &&
        !this.#seen.has(file.path) &&
        !this.#left.has(file.path) &&
        scopes.some((scope) => isWithin(file.path, scope)) &&
        !this.#isHidden(file.path) &&
        !names.has(file.path),
    );
    await markMissing(
      this.#parts,
      gone.map(({ id }) => id),
      Date.now(),
    );
    summary.missing += gone.length;
  }

  #isHidden(path: string): boolean {
    for (const unreadable of this.#unreadable) if (isWithin(path, unreadable)) return true;
    return false;
  }

  async #leave(unavailable: string): Promise<void> {
    const { database, summary } = this.#parts;
    await database.run('update root_folders set available = ?, unavailable_reason = ? where id = ?', [
      false,
      unavailable,
      this.#root.id,
    ]);
    summary.roots.push({ rootId: this.#root.id, path: this.#root.path, unavailable });
  }
}
