import { healthRoutes } from '../kernel/http/health.routes.ts';
import { collectContracts } from '../kernel/http/contracts.ts';
import { createDocsPage } from '../kernel/http/docs-page.ts';
import { eventStreamRoute } from '../kernel/http/event-stream.ts';
import { createHealthMonitor } from '../kernel/http/health-monitor.ts';
import type { PageHandler } from '../kernel/http/http-options.ts';
import { createHttpServer, type HttpServer } from '../kernel/http/http-server.ts';
import { apiDescriptionRoute } from '../kernel/http/openapi.routes.ts';
import type { SendFile } from '../kernel/http/send-file.ts';
import { createStaticApp } from '../kernel/http/static-app.ts';
import { createCsrf } from '../kernel/security/csrf.ts';
import * as catalogApi from '../domains/catalog/catalog.schema.ts';
import * as identityApi from '../domains/identity/identity.schema.ts';
import * as libraryApi from '../domains/library/library.schema.ts';
import * as playbackApi from '../domains/playback/playback.schema.ts';
import * as settingsApi from '../domains/settings/settings.schema.ts';
import * as trackingApi from '../domains/tracking/tracking.schema.ts';
import * as eventsApi from '../kernel/http/events.schema.ts';
import * as healthApi from '../kernel/http/health.schema.ts';
import * as openapiApi from '../kernel/http/openapi.schema.ts';
import * as jobsApi from '../kernel/jobs/jobs.schema.ts';
import * as installApi from '../kernel/plugins/install/install.schema.ts';
import * as pluginsApi from '../kernel/plugins/plugins.schema.ts';
import type { Foundation } from '../foundation.ts';
import { installPaths } from '../install-paths.ts';
import { type Get, IDENTITY, MODULES, SEND_FILE } from './tokens.ts';

/** What the server promises, for the API description. */
const schemas = [
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
];

export function makeHttp(foundation: Foundation, get: Get): HttpServer {
  const { config, logger, secretKey } = foundation;
  const [server, limits] = [config.get('server'), config.get('limits')];
  const identity = get(IDENTITY);
  const modules = get(MODULES);
  const checks = modules.flatMap(({ health = [] }) => [...health]);
  const stopping = new AbortController();
  const http: HttpServer = createHttpServer({
    server,
    limits,
    routes: [
      ...modules.flatMap(({ routes = [] }) => [...routes]),
      ...healthRoutes(
        createHealthMonitor(() => checks),
        () => stopping.signal.aborted,
      ),
      eventStreamRoute({
        bus: foundation.events,
        stopping: stopping.signal,
        streamsPerAccount: limits.eventStreamsPerAccount,
      }),
      apiDescriptionRoute({
        version: foundation.version,
        contracts: collectContracts(schemas),
        table: () => http.table,
      }),
    ],
    authenticate: (facts) => identity.authenticate(facts),
    csrf: createCsrf(secretKey),
    logger,
    pages: pages(get(SEND_FILE)),
    validateResponses: process.env.VITASCOPE_VALIDATE_RESPONSES === '1',
  });
  http.stopping.addEventListener('abort', () => stopping.abort());
  return http;
}

/** The API reference and the web app. */
const pages = (sendFile: SendFile): PageHandler[] =>
  [createDocsPage(), createStaticApp({ folder: installPaths.webApp, sendFile })].filter((page) => page !== undefined);
