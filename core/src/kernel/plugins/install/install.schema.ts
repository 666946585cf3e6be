import { z } from 'zod';
import { endpoint } from '../../http/endpoint.ts';
import { listResponse } from '../../http/schema.ts';
import { contributions, plugin, pluginId } from '../plugins.schema.ts';

const pluginParams = z.object({ id: pluginId });
const source = z
  .string()
  .min(1)
  .max(2000)
  .describe(
    'npm:<name>[@<range>], index:<id>, an https address of a .tgz file, or the absolute path of one or of a folder on the server.',
  );
const integrity = z
  .string()
  .regex(/^sha512-[A-Za-z0-9+/]{86}==$/)
  .describe('sha512 of the bytes, as npm writes it.');

const changed = z.object({ added: z.array(z.string()), removed: z.array(z.string()) });
const packageDifference = z.object({ permissions: changed, contributions: changed });
export type PackageDifference = z.output<typeof packageDifference>;

export const packageInspection = z.object({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  description: z.string(),
  author: z.string().optional(),
  homepage: z.string().optional(),
  sdk: z.string(),
  contributions,
  permissions: z
    .array(z.string())
    .meta({ description: 'What it may reach, in words. A limit, not a security boundary.' }),
  size: z.int().meta({ description: 'Bytes of its files.' }),
  integrity: z.string(),
  replaces: z.object({ version: z.string() }).optional().meta({ description: 'The version that is there now.' }),
  difference: packageDifference.meta({ description: 'From what is there now; everything, where nothing is.' }),
});
export type PackageInspection = z.output<typeof packageInspection>;

export const installedPackage = z.object({
  plugin,
  difference: packageDifference,
  restartNeeded: z
    .boolean()
    .meta({ description: 'It runs in the server: what it loaded before leaves the memory with a restart only.' }),
});
export type InstalledPackage = z.output<typeof installedPackage>;

export const packageVerification = z.object({
  ok: z.boolean(),
  changed: z.array(z.string()),
  missing: z.array(z.string()),
  added: z.array(z.string()),
});
export type PackageVerification = z.output<typeof packageVerification>;

export const indexedPlugin = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  version: z.string(),
  sdk: z.string(),
  permissions: z.array(z.string()).optional(),
  integrity: z.string(),
  source: z.string().meta({ description: 'To inspect or install it.' }),
  index: z.string(),
  installed: z.string().optional().meta({ description: 'The version that is there now.' }),
});
export type IndexedPlugin = z.output<typeof indexedPlugin>;

const tag = 'Plugins';

export const inspectPackage = endpoint({
  verb: 'POST /plugins/inspect',
  tag,
  summary: 'What would be installed, and what it would change',
  description: 'Fetches and checks the package. No code of it runs.',
  access: 'admin',
  limit: 'heavy',
  body: z.object({ source, expected: integrity.optional() }),
  response: packageInspection,
});

export const installPackage = endpoint({
  verb: 'POST /plugins/install',
  tag,
  summary: 'Install a plugin, or replace it with this package',
  description:
    'The package is checked, unpacked aside and started once in a process of its own before it takes its place. Give the `integrity` that inspecting it answered, so that nothing else is installed.',
  access: 'admin',
  limit: 'heavy',
  body: z.object({ source, integrity: integrity.optional(), enable: z.boolean().default(false) }),
  response: installedPackage,
});

export const updatePackage = endpoint({
  verb: 'POST /plugins/:id/update',
  tag,
  summary: 'Update a plugin from where it came, or from another source',
  description: 'The version before it is kept, with a snapshot of its documents, options and data folder.',
  access: 'admin',
  limit: 'heavy',
  params: pluginParams,
  body: z.object({ source: source.optional(), integrity: integrity.optional() }),
  response: installedPackage,
});

export const rollbackPackage = endpoint({
  verb: 'POST /plugins/:id/rollback',
  tag,
  summary: 'Bring back the version before the last update, with its documents, options and data',
  access: 'admin',
  limit: 'heavy',
  params: pluginParams,
  response: installedPackage,
});

export const removePackage = endpoint({
  verb: 'DELETE /plugins/:id',
  tag,
  summary: 'Remove a plugin that was added',
  access: 'admin',
  params: pluginParams,
  query: z.object({
    purge: z
      .stringbool()
      .optional()
      .meta({ description: 'Also its documents, options, blobs, data folder and connections.' }),
  }),
});

export const verifyPackage = endpoint({
  verb: 'POST /plugins/:id/verify',
  tag,
  summary: 'Compare the files of a plugin with those that were installed',
  access: 'admin',
  limit: 'heavy',
  params: pluginParams,
  response: packageVerification,
});

export const searchPackages = endpoint({
  verb: 'GET /plugins/index',
  tag,
  summary: 'Search the plugin indexes of the configuration file',
  access: 'admin',
  query: z.object({ query: z.string().max(200).default('') }),
  response: listResponse(indexedPlugin).extend({
    faults: z.array(z.string()).meta({ description: 'Indexes that could not be read, and why.' }),
  }),
});
