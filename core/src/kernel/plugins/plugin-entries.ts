import type { JobEngine } from '../jobs/job-engine.ts';
import type { Logger } from '../log/logger.ts';
import type { Connections } from './connections.service.ts';
import type { ContractRegistry } from './contract-registry.ts';
import type { HookBus } from './hook-bus.ts';
import type { Reach } from './host-scope.ts';
import { pluginJobs, pluginSchedules } from './plugin-jobs.ts';
import { pluginRoutes } from './plugin-routes.ts';
import { pluginTaps } from './plugin-taps.ts';
import type { RoutePort } from './ports.ts';
import type { RunningPlugin } from './running-plugin.ts';

/** The part of the job engine that plugins are entered into. */
export type JobPort = Pick<
  JobEngine,
  'register' | 'schedule' | 'unregister' | 'start' | 'cancel' | 'finished' | 'registry'
>;

export interface EntryParts {
  routes: RoutePort;
  jobs: JobPort;
  hooks: HookBus;
  contracts: ContractRegistry;
  connections: Connections;
  logger: Logger;
}

/** Everything a plugin brings, entered under its id in all the places that serve it, and taken out again by that id. */
export class PluginEntries {
  readonly #parts: EntryParts;

  constructor(parts: EntryParts) {
    this.#parts = parts;
  }

  /** All or nothing: what fails half-way takes the other half out again. */
  async enter(plugin: RunningPlugin, o: { order: number; reach: Reach }): Promise<void> {
    const { routes, jobs, hooks, contracts, connections, logger } = this.#parts;
    try {
      this.#enterProviders(plugin, contracts);
      routes.addRoutes(plugin.id, pluginRoutes(plugin, o.reach));
      jobs.register(pluginJobs(plugin, o.reach), plugin.id);
      await jobs.schedule(pluginSchedules(plugin), plugin.id);
      hooks.add(pluginTaps(plugin, { ...o, logger }));
      await connections.adopt(plugin.id);
    } catch (error) {
      await this.remove(plugin.id);
      throw error;
    }
  }

  /** No new calls first, then those in flight are stopped. */
  async remove(id: string): Promise<void> {
    const { routes, jobs, hooks, contracts, connections } = this.#parts;
    routes.removeRoutes(id);
    hooks.remove(id);
    contracts.remove(id);
    connections.release(id);
    await jobs.unregister(id);
  }

  /** What is still entered under an id; empty after `remove`. */
  leftovers(id: string): string[] {
    const { jobs, hooks, contracts } = this.#parts;
    return [
      ...(hooks.owners().includes(id) ? ['hooks'] : []),
      ...(contracts.owners().includes(id) ? ['connection kinds'] : []),
      ...(jobs.registry.all().some(({ owner }) => owner === id) ? ['jobs'] : []),
    ];
  }

  #enterProviders({ id, manifest }: RunningPlugin, contracts: ContractRegistry): void {
    for (const provider of manifest.contributes.provides ?? []) {
      contracts.add({
        pluginId: id,
        pluginName: manifest.name,
        contract: contracts.findContract(provider.contract)!,
        kind: provider.kind,
        name: provider.name,
        ...(provider.icon && { icon: provider.icon }),
        facts: provider.facts,
        methods: provider.methods,
        ...(provider.settings && { settings: provider.settings }),
        presets: provider.presets ?? [],
        login: provider.login !== undefined,
      });
    }
  }
}
