import * as catalogApi from '../../core/src/domains/catalog/catalog.schema.ts';
import * as identityApi from '../../core/src/domains/identity/identity.schema.ts';
import * as libraryApi from '../../core/src/domains/library/library.schema.ts';
import * as playbackApi from '../../core/src/domains/playback/playback.schema.ts';
import * as settingsApi from '../../core/src/domains/settings/settings.schema.ts';
import * as trackingApi from '../../core/src/domains/tracking/tracking.schema.ts';
import { collectContracts } from '../../core/src/kernel/http/contracts.ts';
import type { Endpoint } from '../../core/src/kernel/http/endpoint.ts';
import * as eventsApi from '../../core/src/kernel/http/events.schema.ts';
import * as healthApi from '../../core/src/kernel/http/health.schema.ts';
import * as openapiApi from '../../core/src/kernel/http/openapi.schema.ts';
import { resolveVerb, verbsOf } from '../../core/src/kernel/http/route-table.ts';
import * as jobsApi from '../../core/src/kernel/jobs/jobs.schema.ts';
import * as installApi from '../../core/src/kernel/plugins/install/install.schema.ts';
import * as pluginsApi from '../../core/src/kernel/plugins/plugins.schema.ts';

/** Every promise the server makes, under the names by which they are exported. */
export const endpoints = collectContracts([
  catalogApi,
  eventsApi,
  healthApi,
  identityApi,
  installApi,
  jobsApi,
  libraryApi,
  openapiApi,
  playbackApi,
  pluginsApi,
  settingsApi,
  trackingApi,
]).endpoints;

export const methodOf = (endpoint: Endpoint): string => resolveVerb(endpoint.verb).method;
export const isUnsafe = (endpoint: Endpoint): boolean => methodOf(endpoint) !== 'GET';
export const isProtected = ({ access }: Endpoint): boolean => access !== 'public' && access !== 'signed';

/** `GET /api/v1/items/{id}`, with the names an endpoint goes by beside its own. */
export const documentedVerbs = (endpoint: Endpoint): string[] =>
  verbsOf(endpoint).map((verb) => {
    const { method, path } = resolveVerb(verb);
    return `${method} ${path.replaceAll(/[:*](\w+)/g, '{$1}')}`;
  });

/** The address with these values in place of its parameters. */
export function addressOf(endpoint: Endpoint, values: Readonly<Record<string, unknown>>): string {
  return resolveVerb(endpoint.verb).path.replaceAll(/[:*](\w+)/g, (_, name: string) => {
    if (values[name] === undefined) throw new Error(`${endpoint.verb} needs a value for ${name}.`);
    return encodeURIComponent(String(values[name]));
  });
}
