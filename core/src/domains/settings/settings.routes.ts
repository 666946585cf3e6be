import { route, type Route } from '../../kernel/http/endpoint.ts';
import type { RecentLines } from '../../kernel/log/recent-lines.ts';
import type { LiveConfig } from './live-config.ts';
import type { ServerInfo } from './server-info.ts';
import * as api from './settings.schema.ts';

export interface SettingsRoutesParts {
  config: LiveConfig;
  lines: RecentLines;
  info: ServerInfo;
}

/** Settings, the log page and the server at a glance. */
export function settingsRoutes({ config, lines, info }: SettingsRoutesParts): Route[] {
  return [
    route(api.listSettings, async () => ({ areas: config.list() })),
    route(api.updateSettings, ({ params, body }) => config.update(params.area, body)),
    route(api.listLogs, async ({ query }) => ({
      items: lines
        .recent({ level: query.level, limit: query.limit, ...(query.query && { contains: query.query }) })
        .map(({ time, level, message, data }) => ({ time: new Date(time).toISOString(), level, message, data })),
    })),
    route(api.getServerInfo, () => info.read()),
  ];
}
