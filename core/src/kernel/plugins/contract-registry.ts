import { localMetadata, metadata, type AnyContract } from '@vitascope/sdk';

/** Every contract this server keeps. One more costs its line here. */
export const contracts: readonly AnyContract[] = [metadata, localMetadata];

/** A provider that is there at the moment: its manifest entry and its plugin. */
export interface ProviderEntry {
  pluginId: string;
  pluginName: string;
  contract: AnyContract;
  kind: string;
  name: string;
  icon?: string;
  facts: Record<string, unknown>;
  methods: readonly string[];
  settings?: Record<string, unknown>;
  presets: readonly { id: string; name: string; settings: Record<string, unknown> }[];
  login: boolean;
}

/** Which contracts there are, and who provides them now. */
export class ContractRegistry {
  readonly #contracts: ReadonlyMap<string, AnyContract>;
  readonly #providers = new Map<string, ProviderEntry>();

  constructor(known: readonly AnyContract[] = contracts) {
    this.#contracts = new Map(known.map((contract) => [contract.id, contract]));
  }

  findContract(id: string): AnyContract | undefined {
    return this.#contracts.get(id);
  }

  /** Why a plugin cannot provide this contract here, for people; undefined when it can. */
  contractFault(id: string): string | undefined {
    if (this.#contracts.has(id)) return undefined;
    const [name, major] = id.split('@');
    const others = [...this.#contracts.keys()].filter((known) => known.startsWith(`${name}@`));
    if (others.length) return `it provides ${name} version ${major}, and this server keeps ${others.join(', ')}`;
    return `it provides ${id}, which this server does not know`;
  }

  /** @throws Error when another plugin provides this kind already */
  add(entry: ProviderEntry): void {
    const key = keyOf(entry.contract.id, entry.kind);
    const first = this.#providers.get(key);
    if (first)
      throw new Error(`${entry.contract.id} "${entry.kind}" is provided by plugin "${first.pluginId}" already`);
    this.#providers.set(key, entry);
  }

  find(contract: string, kind: string): ProviderEntry | undefined {
    return this.#providers.get(keyOf(contract, kind));
  }

  list(): ProviderEntry[] {
    return [...this.#providers.values()];
  }

  remove(pluginId: string): void {
    for (const [key, entry] of this.#providers) if (entry.pluginId === pluginId) this.#providers.delete(key);
  }

  owners(): string[] {
    return [...new Set(this.list().map((entry) => entry.pluginId))];
  }
}

const keyOf = (contract: string, kind: string): string => `${contract} ${kind}`;
