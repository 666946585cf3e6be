import { hookNames, sdkVersion, type Manifest } from '@vitascope/sdk';
import { check, faultText } from '@vitascope/sdk/runtime';
import type { PluginState } from './plugins.schema.ts';
import type { ContractRegistry } from './contract-registry.ts';
import type { FoundPlugin } from './found-plugin.ts';
import { rangeFault } from './version-range.ts';

/** First segments of addresses below `/plugins/<id>` that are the server's own. */
const reserved = new Set(['enable', 'disable', 'options', 'jobs', 'assets', 'update', 'rollback', 'verify']);
/** Ids that are addresses below `/plugins`. */
const reservedIds = new Set(['index', 'inspect', 'install', 'rescan']);

export interface GateRules {
  safeMode: boolean;
  /** Ids that the configuration file switches off. */
  disabled: readonly string[];
  contracts: ContractRegistry;
}

export type Verdict =
  | { manifest: Manifest; entry: string }
  | { state: Extract<PluginState, 'failed' | 'incompatible' | 'blocked'>; reason: string };

/** Whether a plugin may be loaded at all, judged by its manifest: no code of it has run yet. */
export async function judge(found: FoundPlugin, rules: GateRules): Promise<Verdict> {
  if (!found.manifest || !found.entry) return { state: 'failed', reason: found.fault ?? 'It has no manifest.' };
  const misfits = [
    rangeFault(sdkVersion, found.manifest.sdk),
    ...(await contractFaults(found.manifest, rules.contracts)),
    ...hookFaults(found.manifest),
    ...routeFaults(found.manifest),
    reservedIds.has(found.id) ? `"${found.id}" is an address of the server's own and no id for a plugin` : undefined,
  ].filter((fault) => fault !== undefined);
  if (misfits.length) return { state: 'incompatible', reason: `It does not fit this server: ${misfits.join('; ')}.` };
  if (rules.disabled.includes(found.id)) {
    return { state: 'blocked', reason: 'The configuration file switches it off (plugins.disabled).' };
  }
  if (rules.safeMode && !found.bundled) {
    return { state: 'blocked', reason: 'The server runs in safe mode and starts bundled plugins only.' };
  }
  return { manifest: found.manifest, entry: found.entry };
}

async function contractFaults({ contributes }: Manifest, registry: ContractRegistry): Promise<(string | undefined)[]> {
  const faults: (string | undefined)[] = [];
  for (const provider of contributes.provides ?? []) {
    const contract = registry.findContract(provider.contract);
    if (!contract) {
      faults.push(registry.contractFault(provider.contract));
      continue;
    }
    const checked = await check(contract.facts, provider.facts);
    if (checked.faults) faults.push(`provider "${provider.kind}": ${faultText(checked.faults)}`);
    const known = contract.methods as Record<string, unknown>;
    const strangers = provider.methods.filter((name) => name !== 'check' && !Object.hasOwn(known, name));
    if (strangers.length) faults.push(`${provider.contract} has no method ${strangers.join(', ')}`);
  }
  return faults;
}

const hookFaults = ({ contributes }: Manifest): string[] =>
  (contributes.hooks ?? [])
    .filter(({ verb, name }) => !(hookNames[verb] as readonly string[]).includes(name))
    .map(({ verb, name }) => `there is no hook "${name}" for "${verb}"`);

const routeFaults = ({ contributes }: Manifest): string[] =>
  (contributes.routes ?? [])
    .filter(({ verb }) => reserved.has(verb.split('/')[1] ?? ''))
    .map(({ verb }) => `the address of "${verb}" is the server's own`);
