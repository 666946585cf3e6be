import { z } from 'zod';
import { endpoint } from '../http/endpoint.ts';
import { instant, listResponse, uuidParams } from '../http/schema.ts';

export const pluginId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/)
  .meta({ description: 'Lower-case letters, digits and hyphens.' });
const pluginParams = z.object({ id: pluginId });

/** A JSON Schema (2020-12) from which a form is drawn. Members marked `secret: true` are never sent back. */
export const jsonSchema = z.record(z.string(), z.unknown());
const values = z.record(z.string(), z.unknown());

export const pluginState = z.enum([
  'discovered',
  'incompatible',
  'blocked',
  'needsConfig',
  'starting',
  'active',
  'degraded',
  'stopped',
  'failed',
]);
export type PluginState = z.output<typeof pluginState>;

const access = z.enum(['public', 'guest', 'user', 'admin']);

export const contributions = z.object({
  providers: z.array(
    z.object({ contract: z.string(), kind: z.string(), name: z.string(), methods: z.array(z.string()) }),
  ),
  hooks: z.array(z.object({ verb: z.enum(['on', 'filter', 'decide']), name: z.string(), stage: z.string() })),
  routes: z.array(z.object({ verb: z.string(), access })),
  jobs: z.array(z.object({ name: z.string(), title: z.string(), schedule: z.string().optional() })),
  pages: z.array(z.object({ path: z.string(), title: z.string() })),
  widgets: z.array(z.object({ id: z.string(), title: z.string() })),
  actions: z.array(z.object({ id: z.string(), title: z.string() })),
  collections: z.array(z.string()),
});

const form = z.object({
  schema: jsonSchema.optional(),
  values,
  secretsSet: z.array(z.string()).meta({ description: 'Dotted paths of the secrets that have a stored value.' }),
});

export const plugin = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string(),
  author: z.string().optional(),
  homepage: z.string().optional(),
  state: pluginState,
  reason: z.string().meta({ description: 'Why it is in this state, for people; empty where nothing needs saying.' }),
  bundled: z.boolean(),
  enabled: z.boolean(),
  sdk: z.string().meta({ description: 'Range of SDK versions it is made for.' }),
  contributions,
  options: form,
  permissions: z
    .array(z.string())
    .meta({ description: 'What it may reach, in words. A limit, not a security boundary.' }),
  problems: z
    .array(z.object({ at: instant, where: z.string(), message: z.string(), count: z.int() }))
    .meta({ description: 'Recent failures of its hooks, routes, jobs and providers, newest first.' }),
  place: z.enum(['server', 'process']).describe('Whether it runs in the server or in a process of its own.'),
  process: z
    .object({
      running: z.boolean().describe('False while nobody asks anything of it: the next call starts it.'),
      residentBytes: z.int().optional().describe('Memory that it holds; absent where the system does not say.'),
      restarts: z.int().describe('How often it ended by itself lately.'),
    })
    .nullable()
    .describe('Its own process, while it is active in one.'),
});
export type PluginView = z.output<typeof plugin>;

const tag = 'Plugins';

export const listPlugins = endpoint({
  verb: 'GET /plugins',
  tag,
  summary: 'All plugins the server has found, with state and reason',
  access: 'admin',
  response: listResponse(plugin),
});

export const getPlugin = endpoint({
  verb: 'GET /plugins/:id',
  tag,
  summary: 'One plugin',
  access: 'admin',
  params: pluginParams,
  response: plugin,
});

export const enablePlugin = endpoint({
  verb: 'POST /plugins/:id/enable',
  tag,
  summary: 'Enable a plugin and start it; lifts its quarantine',
  description: 'Answers when the plugin has started or failed to: look at `state` and `reason`.',
  access: 'admin',
  params: pluginParams,
  response: plugin,
});

export const disablePlugin = endpoint({
  verb: 'POST /plugins/:id/disable',
  tag,
  summary: 'Stop a plugin and keep it stopped',
  description: 'Its pages, routes, hooks, jobs and connection kinds are gone when this answers. Its data stays.',
  access: 'admin',
  params: pluginParams,
  response: plugin,
});

export const setPluginOptions = endpoint({
  verb: 'PUT /plugins/:id/options',
  tag,
  summary: 'Set the options of a plugin; an active plugin is restarted with them',
  description: 'A secret that is left out keeps its stored value; null removes it. All faults are reported at once.',
  access: 'admin',
  params: pluginParams,
  body: z.object({ values }),
  response: plugin,
});

export const rescanPlugins = endpoint({
  verb: 'POST /plugins/rescan',
  tag,
  summary: 'Look for new, changed and removed plugin folders',
  access: 'admin',
  response: listResponse(plugin),
});

export const startPluginJob = endpoint({
  verb: 'POST /plugins/:id/jobs/:job',
  tag,
  summary: "Start one of a plugin's jobs",
  access: 'admin',
  params: pluginParams.extend({ job: z.string().min(1).max(64) }),
  body: z.object({ input: values.default({}) }),
  response: z.object({ id: z.string(), joined: z.boolean() }),
  status: 202,
});

export const pluginAsset = endpoint({
  verb: 'GET /plugins/:id/assets/:hash/*path',
  tag,
  summary: "A file of a plugin's web folder; the address changes with its content",
  access: 'public',
  anonymous: true,
  params: pluginParams.extend({ hash: z.string().max(64), path: z.union([z.string(), z.array(z.string())]) }),
  raw: { contentType: 'application/octet-stream', description: 'The file, cacheable for ever.' },
});

// Connections: configured providers.
const connectionsTag = 'Connections';

export const connectionState = z.enum(['ok', 'backoff', 'needs_auth', 'invalid', 'disabled']);
export type ConnectionState = z.output<typeof connectionState>;

export const connection = z.object({
  id: z.uuid(),
  pluginId: z.string(),
  contract: z.string(),
  kind: z.string(),
  name: z.string(),
  settings: values,
  secretsSet: z.array(z.string()),
  accountId: z.string().optional(),
  priority: z.int().meta({ description: 'Lower is asked first and wins.' }),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  available: z.boolean().meta({ description: 'The plugin that provides this kind is active.' }),
  state: connectionState,
  reason: z.string(),
  backoffUntil: instant.optional(),
  createdAt: instant,
  updatedAt: instant,
});
export type ConnectionView = z.output<typeof connection>;

export const connectionKind = z.object({
  pluginId: z.string(),
  pluginName: z.string(),
  contract: z.string(),
  kind: z.string(),
  name: z.string(),
  icon: z.string().optional(),
  schema: jsonSchema.optional(),
  presets: z.array(z.object({ id: z.string(), name: z.string(), settings: values })),
  methods: z.array(z.string()),
  login: z.boolean().meta({ description: 'Signing in takes steps that a person completes.' }),
  facts: values,
});
export type ConnectionKind = z.output<typeof connectionKind>;

const connectionName = z.string().trim().min(1).max(200);
const priority = z.int().min(0).max(1000);
const tags = z.array(z.string().trim().min(1).max(50)).max(50);

export const newConnection = z.object({
  pluginId,
  contract: z.string().max(100),
  kind: z.string().max(100),
  name: connectionName,
  settings: values.default({}),
  priority: priority.default(100),
  tags: tags.default([]),
  enabled: z.boolean().default(true),
});
export const connectionChange = z.object({
  name: connectionName.optional(),
  settings: values.optional(),
  priority: priority.optional(),
  tags: tags.optional(),
  enabled: z.boolean().optional(),
});

export const testResult = z.object({
  ok: z.boolean(),
  message: z.string(),
  code: z.string().optional(),
  fix: z.string().optional(),
  durationMs: z.number(),
});
export type TestResult = z.output<typeof testResult>;

export const listConnections = endpoint({
  verb: 'GET /connections',
  tag: connectionsTag,
  summary: 'All connections, by contract and priority',
  access: 'admin',
  query: z.object({ contract: z.string().max(100).optional(), pluginId: pluginId.optional() }),
  response: listResponse(connection),
});

export const listConnectionKinds = endpoint({
  verb: 'GET /connections/kinds',
  tag: connectionsTag,
  summary: 'What can be connected, with the form each kind needs',
  access: 'admin',
  response: listResponse(connectionKind),
});

export const createConnection = endpoint({
  verb: 'POST /connections',
  tag: connectionsTag,
  summary: 'Add a connection',
  access: 'admin',
  body: newConnection,
  response: connection,
  status: 201,
});

export const testNewConnection = endpoint({
  verb: 'POST /connections/test',
  tag: connectionsTag,
  summary: 'Try settings before saving them',
  access: 'admin',
  body: newConnection,
  response: testResult,
});

export const getConnection = endpoint({
  verb: 'GET /connections/:id',
  tag: connectionsTag,
  summary: 'One connection',
  access: 'admin',
  params: uuidParams,
  response: connection,
});

export const changeConnection = endpoint({
  verb: 'PATCH /connections/:id',
  tag: connectionsTag,
  summary: 'Change a connection',
  description: 'Settings are replaced as a whole, except secrets: one that is left out is kept, null removes it.',
  access: 'admin',
  params: uuidParams,
  body: connectionChange,
  response: connection,
});

export const deleteConnection = endpoint({
  verb: 'DELETE /connections/:id',
  tag: connectionsTag,
  summary: 'Remove a connection',
  access: 'admin',
  params: uuidParams,
});

export const testConnection = endpoint({
  verb: 'POST /connections/:id/test',
  tag: connectionsTag,
  summary: 'Ask the remote whether the connection works',
  access: 'admin',
  params: uuidParams,
  response: testResult,
});

// What plugins add to the app.

/** A request the app makes for a block or action. `url` is below `/api/v1`. */
const request = z.object({ method: z.string(), url: z.string(), schema: jsonSchema.optional() });

export const block = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('table'),
    title: z.string().optional(),
    source: request,
    columns: z.array(z.object({ key: z.string(), title: z.string(), format: z.string().optional() })),
  }),
  z.object({ kind: z.literal('stats'), title: z.string().optional(), source: request }),
  z.object({ kind: z.literal('form'), title: z.string().optional(), target: request }),
  z.object({ kind: z.literal('action'), title: z.string(), confirm: z.string().optional(), target: request }),
]);

/** A browser module of a plugin and its style sheets: addresses with the content's hash, below the server's base path. */
const moduleRef = z.object({ url: z.string(), styles: z.array(z.string()) });

export const uiPage = z.object({
  plugin: z.string(),
  path: z.string(),
  href: z.string().meta({ description: 'Where the app shows it: `/app/plugins/<plugin>/<path>`.' }),
  title: z.string(),
  icon: z.string().optional(),
  access,
  module: moduleRef.optional(),
  show: z.array(block).optional(),
});
export type UiPage = z.output<typeof uiPage>;

export const uiManifest = z.object({
  version: z.string().meta({ description: 'Changes whenever anything below does.' }),
  plugins: z.array(z.object({ id: z.string(), name: z.string(), version: z.string() })),
  pages: z.array(uiPage),
  nav: z.array(z.object({ plugin: z.string(), href: z.string(), title: z.string(), icon: z.string().optional() })),
  widgets: z.array(
    z.object({
      plugin: z.string(),
      id: z.string(),
      title: z.string(),
      size: z.enum(['small', 'wide', 'full']),
      module: moduleRef.optional(),
      show: z.array(block).optional(),
    }),
  ),
  actions: z.array(
    z.object({
      plugin: z.string(),
      id: z.string(),
      title: z.string(),
      icon: z.string().optional(),
      confirm: z.string().optional(),
      types: z.array(z.string()).meta({ description: 'Item types it is offered on; empty for all.' }),
      target: request.meta({ description: 'Called with `{ itemId }`.' }),
    }),
  ),
});
export type UiManifest = z.output<typeof uiManifest>;

export const getUiManifest = endpoint({
  verb: 'GET /ui/manifest',
  tag: 'App',
  summary: 'Pages, navigation, widgets and item actions that active plugins add and the caller may use',
  access: 'guest',
  response: uiManifest,
});
