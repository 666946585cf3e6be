import { codeOf, type AppError } from '../errors.ts';
import { route, type Caller, type Route } from '../http/endpoint.ts';
import { invalidInput } from '../http/validation.ts';
import type { Connections } from './connections.service.ts';
import { callerScope } from './plugin-routes.ts';
import type { AskOptions } from './providers.ts';
import type { PluginService } from './plugin.service.ts';
import * as api from './plugins.schema.ts';

/** Everything about plugins and connections that people and the app call. */
export function pluginRoutesOf(plugins: PluginService, connections: Connections): Route[] {
  return [
    route(api.listPlugins, async () => ({ items: await plugins.list() })),
    route(api.rescanPlugins, async () => ({ items: await plugins.rescan() })),
    route(api.getPlugin, ({ params }) => plugins.get(params.id)),
    route(api.enablePlugin, ({ params }) => plugins.enable(params.id)),
    route(api.disablePlugin, ({ params }) => plugins.disable(params.id)),
    route(api.setPluginOptions, ({ params, body }) => plugins.setOptions(params.id, body.values)),
    route(api.startPluginJob, async ({ params, body, caller }) => {
      try {
        return await plugins.startJob(params.id, { name: params.job, input: body.input }, caller.accountId);
      } catch (error) {
        throw codeOf(error) === 'validation_failed' ? inBody(error as AppError) : error;
      }
    }),
    route(api.getUiManifest, (call) => plugins.uiManifest(call.findCaller())),
    route(api.pluginAsset, async ({ params, http }) => {
      const path = Array.isArray(params.path) ? params.path.join('/') : params.path;
      const { type, bytes } = await plugins.asset(params.id, params.hash, path);
      http.set('content-type', type);
      http.set('cache-control', 'public, max-age=31536000, immutable');
      http.send(bytes);
    }),
    ...connectionRoutes(connections),
  ];
}

const connectionRoutes = (connections: Connections): Route[] => [
  route(api.listConnections, ({ query }) => ({ items: connections.list(query) })),
  route(api.listConnectionKinds, () => ({ items: connections.kinds() })),
  route(api.createConnection, ({ body }) => connections.create(body)),
  route(api.testNewConnection, (call) => connections.testNew(call.body, asked(call))),
  route(api.getConnection, ({ params }) => connections.view(params.id)),
  route(api.changeConnection, ({ params, body }) => connections.change(params.id, body)),
  route(api.deleteConnection, ({ params }) => connections.remove(params.id)),
  route(api.testConnection, (call) => connections.test(call.params.id, asked(call))),
];

/** The input of a job is a member of the body. */
const inBody = ({ errors }: AppError): AppError =>
  invalidInput(errors.map(({ path, message }) => ({ path: `body.${path}`, message })));

const asked = (call: { caller: Caller; requestId: string; signal: AbortSignal }): AskOptions => ({
  scope: callerScope(call.caller, call.requestId),
  signal: call.signal,
});
