import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

/** Endpoints and schemas under the names by which they are exported. */
export interface Contracts {
  endpoints: readonly { name: string; endpoint: Endpoint }[];
  /** Schemas that get a name of their own in the API reference. */
  named: ReadonlyMap<string, z.ZodType>;
}

/**
 * Collects what `*.schema.ts` modules export.
 * @throws Error when two endpoints share a name or a verb
 */
export function collectContracts(modules: readonly Record<string, unknown>[]): Contracts {
  const endpoints: { name: string; endpoint: Endpoint }[] = [];
  const named = new Map<string, z.ZodType>();
  for (const [name, value] of modules.flatMap((module) => Object.entries(module))) {
    if (isEndpoint(value)) endpoints.push({ name, endpoint: value });
    else if (value instanceof z.ZodType && !/(Query|Params|Filters)$/.test(name)) named.set(capitalised(name), value);
  }
  refuseTwins(endpoints);
  return { endpoints, named };
}

const isEndpoint = (value: unknown): value is Endpoint =>
  typeof value === 'object' && value !== null && 'verb' in value && 'access' in value;

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function refuseTwins(endpoints: Contracts['endpoints']): void {
  for (const key of ['name', 'verb'] as const) {
    const seen = new Set<string>();
    for (const entry of endpoints) {
      const value = key === 'name' ? entry.name : entry.endpoint.verb;
      if (seen.has(value)) throw new Error(`Two endpoints have the ${key} "${value}"; give one of them another.`);
      seen.add(value);
    }
  }
}
