import type { Manifest } from '@vitascope/sdk';
import { notFound, type AppError } from '../errors.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { Caller } from '../http/endpoint.ts';
import { watchCrashes } from './boot-marker.ts';
import { discoverPlugins, type PluginRoot } from './discover.ts';
import type { FoundPlugin } from './found-plugin.ts';
import { judge } from './gate.ts';
import { jobName } from './host-services.ts';
import type { Hooks } from './hook-bus.ts';
import type { Asset } from './plugin-assets.ts';
import { PluginStarter, type Started, type StarterParts } from './plugin-starter.ts';
import type { PluginRow, PluginStore } from './plugin-store.ts';
import { viewOf } from './plugin-view.ts';
import type { PluginState, PluginView, UiManifest } from './plugins.schema.ts';
import { Problems } from './problems.ts';
import type { RunningPlugin } from './running-plugin.ts';
import { joinSecrets, mergeSecrets, splitSecrets } from './secret-fields.ts';
import { createUiManifest } from './ui-manifest.ts';

type Values = Record<string, unknown>;

interface Entry {
  found: FoundPlugin;
  state: PluginState;
  reason: string;
  problems: Problems;
  /** While it is active or degraded. */
  running?: Started;
}

export interface PluginServiceParts extends StarterParts {
  roots: readonly PluginRoot[];
  /** `plugins` of the configuration file. */
  config: {
    disabled: readonly string[];
    safeMode: boolean;
    options: Readonly<Record<string, Readonly<Values>>>;
    /** Plugins that do not run where their kind runs: see `placeOf`. */
    place: Readonly<Record<string, 'server' | 'process'>>;
  };
  store: PluginStore;
  hooks: Hooks;
  events: EventBus;
}

/** Every plugin the server knows, and what it does with each. Changes happen one after another. */
export class PluginService {
  readonly #parts: PluginServiceParts;
  readonly #starter: PluginStarter;
  readonly #entries = new Map<string, Entry>();
  readonly #rows = new Map<string, PluginRow>();
  readonly #warned = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #unwatch: (() => void) | undefined;
  #readyVersion: string | undefined;

  constructor(parts: PluginServiceParts) {
    this.#parts = parts;
    this.#starter = new PluginStarter(parts);
  }

  /** Finds all plugins and starts those that are enabled. A plugin that cannot start is shown as that; the server goes on. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      for (const row of await this.#parts.store.all()) this.#rows.set(row.id, row);
      this.#unwatch = watchCrashes(this.#parts.marker, () => this.#folders());
      const orphans = this.#parts.orphans.end();
      if (orphans > 0)
        this.#parts.logger.warn({ orphans }, 'Processes of plugins that an earlier server left were ended');
      await this.#quarantine();
      await this.#discover();
      for (const entry of this.#entries.values()) await this.#settle(entry);
    });
  }

  /** Stops all plugins, the latest first. Whoever stops the server has told them before, by `app.stopping`. */
  stop(): Promise<void> {
    return this.#inTurn(async () => {
      for (const entry of [...this.#entries.values()].reverse())
        await this.#deactivate(entry, 'stopped', 'The server stops.');
      this.#unwatch?.();
      this.#parts.provision.close();
    });
  }

  /** The server listens: plugins hear `app.ready`, also those that start later. */
  async announceReady(version: string): Promise<void> {
    this.#readyVersion = version;
    await this.#parts.hooks.emit('app.ready', { version });
  }

  // For people.

  /** All plugins; folders that are new since the last look are there too. */
  list(): Promise<PluginView[]> {
    return this.#inTurn(async () => {
      await this.#discover();
      return [...this.#entries.values()].map((entry) => this.#view(entry)).sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  /** Also restarts plugins whose files changed, and forgets those whose folder is gone. */
  async rescan(): Promise<PluginView[]> {
    await this.#inTurn(async () => {
      const changed = await this.#discover();
      for (const entry of changed) {
        if (entry.running) await this.#deactivate(entry, 'stopped', 'Its files changed.');
        await this.#settle(entry);
      }
    });
    return this.list();
  }

  get(id: string): PluginView {
    return this.#view(this.#entry(id));
  }

  enable(id: string): Promise<PluginView> {
    return this.#inTurn(async () => {
      await this.#discover();
      const entry = this.#entry(id);
      const { quarantine: _lifted, ...row } = this.#rowOf(entry);
      await this.#save({ ...row, enabled: true, version: entry.found.version });
      if (!entry.running) await this.#settle(entry);
      return this.#view(entry);
    });
  }

  disable(id: string): Promise<PluginView> {
    return this.#inTurn(async () => {
      const entry = this.#entry(id);
      await this.#save({ ...this.#rowOf(entry), enabled: false });
      await this.#deactivate(entry, 'stopped', 'It was switched off.');
      return this.#view(entry);
    });
  }

  setOptions(id: string, values: Values): Promise<PluginView> {
    return this.#inTurn(async () => {
      const entry = this.#entry(id);
      const row = this.#rowOf(entry);
      const { plain, secrets, removed } = splitSecrets(entry.found.manifest?.contributes.options, values);
      const changed = { ...row, options: plain, secrets: mergeSecrets(row.secrets, { secrets, removed }) };
      const isOn = this.#isEnabled(entry);
      if (isOn) await this.#restartWith(entry, changed);
      else await this.#save(changed);
      return this.#view(entry);
    });
  }

  /**
   * Stops a plugin, lets `work` change its folder and what is kept of it, and takes up what is there then.
   * @returns undefined when it is gone
   */
  exchange(id: string, work: () => Promise<void>): Promise<PluginView | undefined> {
    return this.#inTurn(async () => {
      const before = this.#entries.get(id);
      if (before) await this.#deactivate(before, 'stopped', 'It is being changed.');
      try {
        await work();
      } finally {
        if (before) this.#entries.delete(id);
        await this.#takeUp(id);
      }
      const entry = this.#entries.get(id);
      if (!entry && before) this.#announce(before);
      return entry && this.#view(entry);
    });
  }

  async startJob(
    id: string,
    job: { name: string; input: Values },
    accountId: string,
  ): Promise<{ id: string; joined: boolean }> {
    const { running } = this.#entry(id);
    const isKnown = running?.plugin.manifest.contributes.jobs?.some(({ name }) => name === job.name);
    if (!isKnown) throw notFound('job', `${id}/${job.name}`);
    return this.#parts.services.jobs.start(jobName(id, job.name), { input: job.input }, { accountId });
  }

  // For the app.

  uiManifest(caller: Caller | undefined): UiManifest {
    const sources = [...this.#entries.values()].flatMap(({ running, found }) =>
      running ? [{ manifest: running.plugin.manifest, version: found.version, assets: running.assets }] : [],
    );
    return createUiManifest(sources, caller);
  }

  async asset(id: string, hash: string, path: string): Promise<Asset> {
    const running = this.#entries.get(id)?.running;
    if (!running) throw notFound('plugin', id);
    return running.assets.read(hash, path);
  }

  // For the server.

  found(id: string): FoundPlugin | undefined {
    return this.#entries.get(id)?.found;
  }

  running(id: string): RunningPlugin | undefined {
    return this.#entries.get(id)?.running?.plugin;
  }

  /** Plugins that should work and do not, for the health page. */
  troubled(): { id: string; state: PluginState; reason: string }[] {
    const bad: PluginState[] = ['failed', 'degraded', 'needsConfig', 'incompatible'];
    return [...this.#entries.values()]
      .filter((entry) => bad.includes(entry.state) && (entry.running || this.#isEnabled(entry)))
      .map(({ found, state, reason }) => ({ id: found.id, state, reason }));
  }

  /** Looks at the folders again; plugins that are new or whose files changed. */
  async #discover(): Promise<Entry[]> {
    const { plugins, warnings } = await discoverPlugins(this.#parts.roots);
    for (const warning of warnings) {
      if (!this.#warned.has(warning)) this.#parts.logger.warn(warning);
      this.#warned.add(warning);
    }
    const found = new Map(plugins.map((plugin) => [plugin.id, plugin]));
    for (const [id, entry] of this.#entries) if (!found.has(id)) await this.#forget(entry);
    const changed: Entry[] = [];
    for (const plugin of plugins) {
      const known = this.#entries.get(plugin.id);
      if (known && (known.found.hash === plugin.hash || known.running)) {
        if (known.found.hash !== plugin.hash) changed.push(Object.assign(known, { found: plugin }));
        continue;
      }
      const entry = known ? Object.assign(known, { found: plugin }) : this.#newEntry(plugin);
      this.#entries.set(plugin.id, entry);
      await this.#classify(entry);
      changed.push(entry);
    }
    return changed;
  }

  async #takeUp(id: string): Promise<void> {
    const row = (await this.#parts.store.all()).find((known) => known.id === id);
    if (row) this.#rows.set(id, row);
    else this.#rows.delete(id);
    await this.#discover();
    const entry = this.#entries.get(id);
    if (entry) await this.#settle(entry);
  }

  #newEntry(found: FoundPlugin): Entry {
    const entry: Entry = {
      found,
      state: 'discovered',
      reason: '',
      problems: new Problems(() => this.#onProblem(entry)),
    };
    return entry;
  }

  async #forget(entry: Entry): Promise<void> {
    await this.#deactivate(entry, 'stopped', 'Its folder is gone.');
    this.#entries.delete(entry.found.id);
    this.#announce(entry);
  }

  /** The state of a plugin that is not running, without running it. */
  async #classify(entry: Entry): Promise<Manifest | undefined> {
    const verdict = await judge(entry.found, {
      safeMode: this.#parts.config.safeMode,
      disabled: this.#parts.config.disabled,
      contracts: this.#parts.services.contracts,
    });
    if ('state' in verdict) this.#set(entry, verdict.state, verdict.reason);
    else if (this.#rows.get(entry.found.id)?.quarantine) this.#set(entry, 'blocked', this.#quarantineText(entry));
    else if (this.#rows.get(entry.found.id)?.enabled === false) this.#set(entry, 'stopped', 'It was switched off.');
    else if (!this.#isEnabled(entry)) this.#set(entry, 'discovered', 'Enable it to use it.');
    else return verdict.manifest;
    return undefined;
  }

  /** Starts a plugin if it may run, and shows why not if it may not. */
  async #settle(entry: Entry): Promise<void> {
    const manifest = await this.#classify(entry);
    if (!manifest) return;
    try {
      await this.#activate(entry, manifest, this.#optionsOf(entry));
    } catch (error) {
      this.#onFailedStart(entry, error);
    }
  }

  #onFailedStart(entry: Entry, error: unknown): void {
    const { message, code } = error as AppError;
    const state = code === 'invalid_config' ? 'needsConfig' : 'failed';
    this.#set(entry, state, message);
    this.#parts.logger.error({ plugin: entry.found.id, err: error }, `A plugin did not start: ${message}`);
    if (state === 'failed') void this.#parts.hooks.emit('plugin.failed', { id: entry.found.id, reason: message });
  }

  async #activate(entry: Entry, manifest: Manifest, options: Values): Promise<void> {
    const { found, problems } = entry;
    this.#set(entry, 'starting', '');
    const loaded = (started: Started) => void (entry.running = started);
    const { order } = this.#rowOf(entry);
    const place = this.placeOf(found);
    const failed = (reason: string): void => void this.#inTurn(() => this.#onGivenUp(entry, reason));
    try {
      entry.running = await this.#starter.start({ found, manifest, problems, options, order, place, failed, loaded });
    } catch (error) {
      entry.running = undefined;
      throw error;
    }
    this.#set(entry, 'active', '');
    this.#parts.logger.info({ plugin: found.id, version: found.version }, 'Plugin started');
    this.#parts.events.emit('ui.changed', {});
    void this.#parts.hooks.emit('plugin.activated', { id: found.id, version: found.version });
    if (this.#readyVersion !== undefined) this.#starter.sayReady(entry.running, this.#readyVersion);
  }

  /** What comes with the server runs in it; what strangers wrote, in a process of its own. */
  placeOf({ id, bundled }: FoundPlugin): 'server' | 'process' {
    const { place } = this.#parts.config;
    return place[id] ?? place['*'] ?? (bundled ? 'server' : 'process');
  }

  /** Its process ended too often: it is off until somebody enables it again. */
  async #onGivenUp(entry: Entry, reason: string): Promise<void> {
    if (!entry.running) return;
    await this.#deactivate(entry, 'failed', reason);
    void this.#parts.hooks.emit('plugin.failed', { id: entry.found.id, reason });
  }

  async #deactivate(entry: Entry, state: PluginState, reason: string): Promise<void> {
    const { running, found } = entry;
    if (running) {
      await this.#starter.stop(found, running);
      entry.running = undefined;
      this.#parts.events.emit('ui.changed', {});
      void this.#parts.hooks.emit('plugin.disposed', { id: found.id });
      this.#parts.logger.info({ plugin: found.id }, `Plugin stopped: ${reason}`);
    }
    const keeps: PluginState[] = ['incompatible', 'blocked'];
    if (running || !keeps.includes(entry.state)) this.#set(entry, state, reason);
  }

  /** New options are kept only if the plugin starts with them; else the old ones stay in force. */
  async #restartWith(entry: Entry, row: PluginRow): Promise<void> {
    const before = this.#rowOf(entry);
    await this.#deactivate(entry, 'stopped', 'New options.');
    this.#rows.set(row.id, row);
    const manifest = await this.#classify(entry);
    try {
      if (manifest) await this.#activate(entry, manifest, this.#optionsOf(entry));
      await this.#save(row);
    } catch (error) {
      this.#rows.set(row.id, before);
      await this.#settle(entry);
      throw error;
    }
  }

  /** What ended the last run is switched off before anything starts. */
  async #quarantine(): Promise<void> {
    const culprit = this.#parts.marker.takeCulprit();
    if (!culprit) return;
    const { id, at, message } = culprit;
    const row = this.#rows.get(id) ?? { id, version: '', enabled: true, options: {}, secrets: {}, order: 0 };
    await this.#save({ ...row, quarantine: { at, message } });
    this.#parts.logger.error({ plugin: id }, `A plugin ended the last run of the server and stays off: ${message}`);
  }

  #quarantineText(entry: Entry): string {
    const { at, message } = this.#rows.get(entry.found.id)!.quarantine!;
    return `It ended the server on ${new Date(at).toISOString()} (${message}) and is in quarantine; enable it to try again.`;
  }

  #onProblem(entry: Entry): void {
    if (!entry.running || !['active', 'degraded'].includes(entry.state)) return;
    const summary = entry.problems.summary;
    this.#set(entry, summary ? 'degraded' : 'active', summary ?? '');
  }

  #set(entry: Entry, state: PluginState, reason: string): void {
    if (entry.state === state && entry.reason === reason) return;
    Object.assign(entry, { state, reason });
    this.#announce(entry);
  }

  #announce({ found, state }: Entry): void {
    this.#parts.events.emit('plugin.changed', { id: found.id, state });
  }

  #view(entry: Entry): PluginView {
    const row = this.#rows.get(entry.found.id);
    const schema = entry.found.manifest?.contributes.options;
    const fromFile = splitSecrets(schema, { ...this.#parts.config.options[entry.found.id] });
    const options = { ...row?.options, ...fromFile.plain };
    const { found, state, reason, problems, running } = entry;
    return viewOf({
      found,
      row,
      enabled: this.#isEnabled(entry),
      state,
      reason,
      options,
      problems: problems.list(),
      place: this.placeOf(found),
      status: running?.plugin.status,
    });
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (!entry) throw notFound('plugin', id);
    return entry;
  }

  #rowOf({ found }: Entry): PluginRow {
    const row = this.#rows.get(found.id);
    return row ?? { id: found.id, version: found.version, enabled: found.bundled, options: {}, secrets: {}, order: 0 };
  }

  /** Bundled plugins are on unless somebody switched them off; others wait for somebody to switch them on. */
  #isEnabled(entry: Entry): boolean {
    return this.#rowOf(entry).enabled && !this.#parts.config.disabled.includes(entry.found.id);
  }

  #optionsOf(entry: Entry): Values {
    const row = this.#rowOf(entry);
    return { ...joinSecrets({ plain: row.options, secrets: row.secrets }), ...this.#parts.config.options[row.id] };
  }

  async #save(row: PluginRow): Promise<void> {
    await this.#parts.store.save(row);
    this.#rows.set(row.id, row);
  }

  #folders(): Iterable<[string, string]> {
    return [...this.#entries.values()].map(({ found }): [string, string] => [found.id, found.folder]);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
