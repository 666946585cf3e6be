import type { Contracts } from './contracts.ts';
import { route, type Route } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { describeApi } from './openapi.ts';
import { getApiDescription } from './openapi.schema.ts';
import { coreOwner, type RouteTable } from './route-table.ts';
import { pack, sendPacked, type Packed } from './static-app.ts';

export interface ApiDescriptionOptions {
  version: string;
  /** The exported endpoints and schemas of core, for their names. Only endpoints that are routed are described. */
  contracts: Contracts;
  /** The server's routes, once it is there. */
  table(): RouteTable;
}

/** `GET /openapi.json`, made when somebody first asks and again after plugins came or went. */
export function apiDescriptionRoute({ version, contracts, table }: ApiDescriptionOptions): Route {
  const ready = new Map<string, Promise<Packed>>();
  return route(getApiDescription, async (call) => {
    const exchange = call.http as Exchange;
    const key = `${table().version} ${exchange.facts.basePath}`;
    let content = ready.get(key);
    if (!content) {
      if (ready.size >= 8) ready.clear();
      content = pack(Buffer.from(JSON.stringify(describe(exchange.facts.basePath))), 'openapi.json');
      ready.set(key, content);
    }
    const document = await content;
    exchange.set('Content-Type', 'application/json; charset=utf-8');
    exchange.set('Cache-Control', 'no-cache');
    sendPacked(exchange, document);
  });

  function describe(basePath: string): object {
    const routed = [...table().entries()];
    const core = new Set(routed.filter(({ owner }) => owner === coreOwner).map(({ endpoint }) => endpoint));
    const endpoints = contracts.endpoints.filter(({ endpoint }) => core.has(endpoint));
    const plugins = [
      ...new Map(routed.filter(({ owner }) => owner !== coreOwner).map((entry) => [entry.endpoint, entry])).values(),
    ];
    return describeApi({ version, endpoints, named: contracts.named, basePath, plugins });
  }
}
