import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Endpoint } from '../../../core/src/kernel/http/endpoint.ts';
import type { ApiDescription } from './openapi.ts';

const isEndpoint = (value: unknown): value is Endpoint =>
  typeof value === 'object' && value !== null && 'verb' in value && 'access' in value;

/** Every endpoint and every exported schema of the `*.schema.ts` files of core. */
export async function loadContracts(root: string): Promise<Omit<ApiDescription, 'version'>> {
  const endpoints: { name: string; endpoint: Endpoint }[] = [];
  const named = new Map<string, z.ZodType>();
  const files = globSync('core/src/**/*.schema.ts', { cwd: root });
  for (const file of files.sort()) {
    const exported = (await import(pathToFileURL(path.join(root, file)).href)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(exported)) {
      if (isEndpoint(value)) endpoints.push({ name, endpoint: value });
      else if (value instanceof z.ZodType && !/(Query|Params|Filters)$/.test(name)) named.set(capitalised(name), value);
    }
  }
  refuseTwins(endpoints);
  return { endpoints, named };
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function refuseTwins(endpoints: readonly { name: string; endpoint: Endpoint }[]): void {
  for (const key of ['name', 'verb'] as const) {
    const seen = new Set<string>();
    for (const entry of endpoints) {
      const value = key === 'name' ? entry.name : entry.endpoint.verb;
      if (seen.has(value)) throw new Error(`Two endpoints have the ${key} "${value}"; give one of them another.`);
      seen.add(value);
    }
  }
}
