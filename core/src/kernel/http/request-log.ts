import type { Logger } from '../log/logger.ts';
import type { Exchange } from './exchange.ts';

const slowMs = 2000;
/** Refusals that tell of an attack or a wrong setting; asking who one is, or for what is not there, is daily bread. */
const refused = new Set([403, 429, 503]);

/** What is known of a request by its end. */
export interface Observed {
  exchange: Exchange;
  startedAt: number;
  /** Pattern of the path, `/api/v1/media/:id`, where a route was found. */
  route: string | undefined;
  accountId: string | undefined;
}

/**
 * One line a request: `error` for faults of the server, `info` for changes and refusals, `debug` for the rest, so that at
 * the usual level reading costs nothing. The path is written without its query: addresses may carry signatures.
 */
export function logRequest(logger: Logger, { exchange, startedAt, route, accountId }: Observed): void {
  const { request, response, facts } = exchange;
  const status = response.statusCode;
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const level = status >= 500 && status !== 503 ? 'error' : !isRead || refused.has(status) ? 'info' : 'debug';
  if (level === 'debug' && !logger.isLevelEnabled('debug')) return;
  const ms = Math.round((performance.now() - startedAt) * 10) / 10;
  const path = (request.url ?? '').split('?', 1)[0]?.slice(0, 300);
  logger[level](
    {
      request_id: facts.requestId,
      ...(facts.correlationId === facts.requestId ? {} : { correlation_id: facts.correlationId }),
      status,
      ms,
      route,
      account: accountId,
      address: facts.origin.address,
      ...(ms > slowMs ? { slow: true } : {}),
    },
    `${request.method} ${path} ${status}`,
  );
}
