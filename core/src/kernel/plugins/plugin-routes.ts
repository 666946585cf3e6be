import type { Manifest } from '@vitascope/sdk';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { endpoint, route, type Caller, type Route, type Verb } from '../http/endpoint.ts';
import { invalidInput } from '../http/validation.ts';
import { pluginError, scopeOf, type HostScope } from './host-scope.ts';
import type { RunningPlugin } from './running-plugin.ts';

type RouteManifest = NonNullable<Manifest['contributes']['routes']>[number];
type JsonSchema = Record<string, any>;

/** Milliseconds a plugin's route may take. */
const deadlineMs = 60_000;

/** A plugin's routes as the server's: same chain, same error body, documented the same way. */
export function pluginRoutes(plugin: RunningPlugin, reach: HostScope['reach']): Route[] {
  return (plugin.manifest.contributes.routes ?? []).map((manifest) => {
    const { params, query, body } = shapesOf(manifest);
    const contract = endpoint({
      verb: manifest.verb as Verb,
      tag: plugin.manifest.name,
      summary: manifest.summary ?? `${manifest.verb} of plugin ${plugin.manifest.name}`,
      access: manifest.access,
      params,
      query,
      body,
      response: z.unknown().meta(manifest.output ?? {}),
    });
    return route(contract, async (call) => {
      const input = { ...(call.query as object), ...(call.body as object), ...(call.params as object) };
      const caller = call.findCaller();
      const scope = { ...callerScope(caller, call.requestId), reach };
      try {
        return (await plugin.route(manifest.verb, input, { scope, signal: call.signal, deadlineMs })) ?? {};
      } catch (error) {
        const thrown = pluginError(error, plugin.manifest.name);
        throw thrown.code === 'validation_failed' ? placed(thrown, manifest.verb) : thrown;
      }
    });
  });
}

/** The plugin gets one input and names its members; the caller is told where in the request each of them came from. */
function placed({ errors, message }: AppError, verb: string): AppError {
  if (errors.length === 0) return new AppError('validation_failed', message);
  const params = paramsOf(verb);
  const rest = isRead(verb) ? 'query' : 'body';
  return invalidInput(
    errors.map((fault) => {
      const part = params.includes(fault.path.split('.', 1)[0]!) ? 'params' : rest;
      return { path: [part, fault.path].filter(Boolean).join('.'), message: fault.message };
    }),
  );
}

const paramsOf = (verb: string): string[] => [...verb.matchAll(/:(\w+)/g)].map(([, name]) => name!);
const isRead = (verb: string): boolean => verb.startsWith('GET ') || verb.startsWith('DELETE ');

export const callerScope = (caller: Caller | undefined, requestId: string): HostScope => ({
  ...scopeOf({ requestId }),
  ...(caller && {
    locale: caller.locale,
    timeZone: caller.timeZone,
    accountId: caller.accountId,
    user: { id: caller.accountId, name: caller.name, admin: caller.role === 'admin' },
  }),
});

/**
 * Where each member of the one input object comes from: named path parameters, then the query of a GET or DELETE, the body of
 * the rest. The plugin's own schema does the checking; these carry its JSON Schema into the API reference.
 */
function shapesOf({ verb, input }: RouteManifest) {
  const names = paramsOf(verb);
  const properties: JsonSchema = input?.properties ?? {};
  const required = (input?.required ?? []) as string[];
  const others = Object.entries(properties).filter(([name]) => !names.includes(name));
  const described = {
    properties: Object.fromEntries(others),
    required: required.filter((name) => !names.includes(name)),
    ...(input?.$defs !== undefined && { $defs: input.$defs }),
  };
  const rest = z.looseObject({}).meta(described);
  const params = names.length
    ? z.object(Object.fromEntries(names.map((name) => [name, z.string().min(1).max(2000)])))
    : undefined;
  // without an input of its own a request may come without a body
  if (others.length === 0 && input?.additionalProperties !== true) return { params, query: undefined, body: undefined };
  return { params, query: isRead(verb) ? rest : undefined, body: isRead(verb) ? undefined : rest };
}
