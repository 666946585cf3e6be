import { z } from 'zod';
import { endpoint } from '../../kernel/http/endpoint.ts';
import { instant } from '../../kernel/http/schema.ts';

/** One area of settings: its JSON Schema for the form, its values, and what the configuration file fixes. */
const Area = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  schema: z.record(z.string(), z.unknown()),
  values: z.record(z.string(), z.unknown()),
  /** Dotted member → where it is set, for example `config/vitascope.yaml:12` or `environment VITASCOPE__SERVER__PORT`. */
  locked: z.record(z.string(), z.string()),
  /** Members that take effect only after a restart. */
  restart: z.array(z.string()),
});
export const listSettings = endpoint({
  verb: 'GET /settings',
  tag: 'settings',
  summary: 'All areas of settings with schema, values and locks. Secrets are never in it.',
  access: 'admin',
  response: z.object({ areas: z.array(Area) }),
});
export const updateSettings = endpoint({
  verb: 'PATCH /settings/:area',
  tag: 'settings',
  summary: 'Changes values of one area; locked ones answer 423.',
  access: 'admin',
  params: z.object({ area: z.string().max(50) }),
  body: z.record(z.string(), z.unknown()),
  response: Area,
});

export const listLogs = endpoint({
  verb: 'GET /logs',
  tag: 'admin',
  summary: 'Recent log lines, newest first; secrets are removed before they are written.',
  access: 'admin',
  query: z.object({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    query: z.string().max(200).optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  response: z.object({
    items: z.array(
      z.object({ time: instant, level: z.string(), message: z.string(), data: z.record(z.string(), z.unknown()) }),
    ),
  }),
});
export const getServerInfo = endpoint({
  verb: 'GET /admin',
  tag: 'admin',
  summary: 'The server at a glance: version, uptime, memory, database, disks, counts.',
  access: 'admin',
  response: z.object({
    version: z.string(),
    nodeVersion: z.string(),
    startedAt: instant,
    memory: z.object({ rssBytes: z.int(), heapBytes: z.int() }),
    database: z.object({ dialect: z.string(), sizeBytes: z.int().nullable(), migrations: z.array(z.string()) }),
    dataDir: z.string(),
    disks: z.array(z.object({ path: z.string(), totalBytes: z.int(), freeBytes: z.int() })),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), message: z.string(), fix: z.string() })),
  }),
});
