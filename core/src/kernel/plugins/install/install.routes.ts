import { route, type Route } from '../../http/endpoint.ts';
import * as api from './install.schema.ts';
import type { PluginInstaller } from './plugin-installer.ts';

export const installRoutesOf = (installer: PluginInstaller): Route[] => [
  route(api.inspectPackage, ({ body }) => installer.inspect(body.source, body.expected)),
  route(api.installPackage, ({ body }) => installer.install(body)),
  route(api.updatePackage, ({ params, body }) => installer.update(params.id, body)),
  route(api.rollbackPackage, ({ params }) => installer.rollback(params.id)),
  route(api.removePackage, ({ params, query }) => installer.remove(params.id, { purge: query.purge ?? false })),
  route(api.verifyPackage, ({ params }) => installer.verify(params.id)),
  route(api.searchPackages, ({ query }) => installer.search(query.query)),
];
