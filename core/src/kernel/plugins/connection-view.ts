import type { Connection } from './connection-store.ts';
import type { ProviderEntry } from './contract-registry.ts';
import type { ConnectionKind, ConnectionView } from './plugins.schema.ts';

/** Where a connection's tokens are kept among its secrets; nobody sees it. */
export const tokensKey = '$tokens';

/** A connection as administrators see it: without secrets. `entry` is who provides its kind at the moment. */
export function viewOf(connection: Connection, entry: ProviderEntry | undefined): ConnectionView {
  const { id, pluginId, contract, kind, name, settings, secrets, priority, tags, enabled, standing } = connection;
  return {
    id,
    pluginId,
    contract,
    kind,
    name,
    settings,
    secretsSet: Object.keys(secrets).filter((path) => path !== tokensKey),
    ...(connection.accountId && { accountId: connection.accountId }),
    priority,
    tags,
    enabled,
    available: entry?.pluginId === pluginId,
    state: standing.state,
    reason: standing.reason,
    ...(standing.until && standing.state === 'backoff' && { backoffUntil: new Date(standing.until).toISOString() }),
    createdAt: new Date(connection.createdAt).toISOString(),
    updatedAt: new Date(connection.updatedAt).toISOString(),
  };
}

/** A kind that can be connected, with the form it needs. */
export const kindOf = (entry: ProviderEntry): ConnectionKind => ({
  pluginId: entry.pluginId,
  pluginName: entry.pluginName,
  contract: entry.contract.id,
  kind: entry.kind,
  name: entry.name,
  ...(entry.icon && { icon: entry.icon }),
  ...(entry.settings && { schema: entry.settings }),
  presets: [...entry.presets],
  methods: [...entry.methods],
  login: entry.login,
  facts: entry.facts,
});
