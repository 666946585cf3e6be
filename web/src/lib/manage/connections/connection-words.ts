import { m } from '#messages';
import { wordsOf } from '#lib/ui/schema-form/json-schema.ts';
import type { Connection } from './connections.svelte.ts';

const contracts: Record<string, { label: () => string; text: () => string }> = {
  metadata: { label: m.contract_metadata, text: m.contract_metadata_text },
  localMetadata: { label: m.contract_local, text: m.contract_local_text },
};

/** What connections of a contract are for; the contract comes with its version, `metadata@1`. */
export function contractWords(contract: string): { label: string; text?: string } {
  const [name = contract] = contract.split('@');
  const known = contracts[name];
  return known ? { label: known.label(), text: known.text() } : { label: wordsOf(name) };
}

export const connectionStates: Record<
  Connection['state'],
  { label: () => string; tone: 'ok' | 'warn' | 'danger' | 'outline' }
> = {
  ok: { label: m.connection_ok, tone: 'ok' },
  backoff: { label: m.connection_backoff, tone: 'warn' },
  needs_auth: { label: m.connection_needs_auth, tone: 'danger' },
  invalid: { label: m.connection_invalid, tone: 'danger' },
  disabled: { label: m.connection_disabled, tone: 'outline' },
};
