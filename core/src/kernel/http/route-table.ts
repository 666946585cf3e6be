import { Router } from '@koa/router';
import type { Endpoint, Route, Verb } from './endpoint.ts';

export const apiBase = '/api/v1';
/** Owner of the server's own routes. */
export const coreOwner = 'core';

export interface RouteEntry extends Route {
  owner: string;
  method: string;
  path: string;
}

export type RouteMatch =
  | { kind: 'found'; entry: RouteEntry; params: Record<string, string> }
  | { kind: 'method'; allow: string[] }
  | { kind: 'none' };

interface Area {
  router: Router;
  entries: RouteEntry[];
}

/** Where an endpoint answers: `GET /media/:id` below the API, `GET //health` at the root. */
export function resolveVerb(verb: Verb, base = apiBase): { method: string; path: string } {
  const space = verb.indexOf(' ');
  const path = verb.slice(space + 1);
  return { method: verb.slice(0, space), path: path.startsWith('//') ? path.slice(1) : base + path };
}

export const verbsOf = (endpoint: Endpoint): readonly Verb[] => [endpoint.verb, ...(endpoint.aliases ?? [])];
const hasParameters = (path: string): boolean => /[:*{(]/.test(path);

/** All routes, by owner: those of a plugin come and go while the server runs. */
export class RouteTable {
  readonly #areas = new Map<string, Area>();
  /** Paths without parameters, found without trying patterns: `GET /api/v1/media`. */
  readonly #fixed = new Map<string, RouteEntry>();

  /** Grows whenever routes come or go. */
  version = 0;

  /** @throws Error when the owner has routes already, or a path is taken or not a valid pattern */
  add(owner: string, routes: readonly Route[]): void {
    if (this.#areas.has(owner)) throw new Error(`Routes of ${owner} are there already.`);
    const base = owner === coreOwner ? apiBase : `${apiBase}/plugins/${owner}`;
    const router = new Router();
    const entries: RouteEntry[] = [];
    const seen = new Set<string>();
    for (const route of routes) {
      for (const verb of verbsOf(route.endpoint)) {
        const { method, path } = resolveVerb(verb, base);
        if (owner !== coreOwner && !path.startsWith(`${base}/`)) throw new Error(`${owner} may not answer ${verb}.`);
        if (seen.has(`${method} ${path}`)) throw new Error(`${verb} is there twice.`);
        seen.add(`${method} ${path}`);
        router.register(path, [method], () => undefined, {
          name: String(entries.length),
          strict: true,
          sensitive: true,
        });
        entries.push({ ...route, owner, method, path });
      }
    }
    this.version++;
    this.#areas.set(owner, { router, entries });
    for (const entry of entries)
      if (!hasParameters(entry.path)) this.#fixed.set(`${entry.method} ${entry.path}`, entry);
  }

  remove(owner: string): void {
    this.version++;
    for (const entry of this.#areas.get(owner)?.entries ?? []) {
      const key = `${entry.method} ${entry.path}`;
      if (this.#fixed.get(key) === entry) this.#fixed.delete(key);
    }
    this.#areas.delete(owner);
  }

  *entries(): Generator<RouteEntry> {
    for (const { entries } of this.#areas.values()) yield* entries;
  }

  match(method: string, path: string): RouteMatch {
    const fixed = this.#fixed.get(`${method === 'HEAD' ? 'GET' : method} ${path}`);
    if (fixed) return { kind: 'found', entry: fixed, params: {} };
    const allow = new Set<string>();
    for (const area of this.#areasFor(path)) {
      const match = area.router.match(path, method);
      const layer = match.pathAndMethod.find((candidate) => candidate.methods.length > 0);
      const entry = layer && area.entries[Number(layer.name)];
      if (layer && entry) return { kind: 'found', entry, params: layer.params(path, layer.captures(path)) };
      for (const { methods } of match.path) for (const each of methods) allow.add(each);
    }
    return allow.size > 0 ? { kind: 'method', allow: [...allow].sort() } : { kind: 'none' };
  }

  /** The server's own routes first: no plugin answers in their place. */
  *#areasFor(path: string): Generator<Area> {
    const core = this.#areas.get(coreOwner);
    if (core) yield core;
    const owner = path.startsWith(`${apiBase}/plugins/`) ? path.slice(apiBase.length + 9).split('/', 1)[0] : undefined;
    const area = owner === undefined || owner === coreOwner ? undefined : this.#areas.get(owner);
    if (area) yield area;
  }
}
