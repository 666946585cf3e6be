import { z } from 'zod';

const json = z.record(z.string(), z.unknown());
const slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'lower-case letters, digits and hyphens, beginning with a letter');
const webFile = z
  .string()
  .regex(/^[\w][\w./-]*$/, 'a relative path')
  .refine((path) => !path.split('/').includes('..'), 'a path inside the web folder');
const access = z.enum(['public', 'guest', 'user', 'admin']);
const reference = z.union([z.strictObject({ route: z.string() }), z.strictObject({ job: z.string() })]);

const block = z.union([
  z.strictObject({
    table: z.strictObject({ route: z.string() }),
    columns: z.array(z.string()),
    title: z.string().optional(),
  }),
  z.strictObject({ stats: z.strictObject({ route: z.string() }), title: z.string().optional() }),
  z.strictObject({ form: z.strictObject({ route: z.string() }), title: z.string().optional() }),
  z.strictObject({ action: reference, title: z.string(), confirm: z.string().optional() }),
]);
const shown = {
  title: z.string().min(1),
  icon: z.string().optional(),
  access: access.optional(),
  show: z.array(block).optional(),
  module: webFile.optional(),
  styles: z.array(webFile).optional(),
};

/** What `describe(plugin)` gives: all a plugin brings, as data. */
export const Contributions = z.strictObject({
  options: json.optional(),
  provides: z
    .array(
      z.strictObject({
        contract: z.string().regex(/^[a-z][A-Za-z]*@\d+$/, 'name@major'),
        kind: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
        name: z.string().min(1),
        icon: z.string().optional(),
        facts: json,
        methods: z.array(z.string()),
        settings: json.optional(),
        presets: z.array(z.strictObject({ id: z.string(), name: z.string(), settings: json })).optional(),
        login: z.array(z.string()).optional(),
        holdsState: z.boolean().optional(),
      }),
    )
    .optional(),
  hooks: z
    .array(
      z.strictObject({
        verb: z.enum(['on', 'filter', 'decide']),
        name: z.string(),
        stage: z.enum(['early', 'normal', 'late']),
      }),
    )
    .optional(),
  routes: z
    .array(
      z.strictObject({
        verb: z.string().regex(/^(GET|POST|PUT|PATCH|DELETE) \/[\w:/.-]*$/, 'a method and a path'),
        access,
        summary: z.string().optional(),
        input: json.optional(),
        output: json.optional(),
      }),
    )
    .optional(),
  jobs: z
    .array(
      z.strictObject({
        name: slug,
        title: z.string().optional(),
        schedule: z.string().optional(),
        retries: z.int().min(0).max(20).optional(),
        input: json.optional(),
      }),
    )
    .optional(),
  data: z.array(z.strictObject({ name: slug, index: z.array(z.string()) })).optional(),
  pages: z
    .array(z.strictObject({ path: z.string().regex(/^[a-z0-9][a-z0-9/-]*$/), nav: z.boolean().optional(), ...shown }))
    .optional(),
  widgets: z
    .array(z.strictObject({ id: slug, size: z.enum(['small', 'wide', 'full']).optional(), ...shown }))
    .optional(),
  actions: z
    .array(
      z.strictObject({
        id: slug,
        title: z.string().min(1),
        icon: z.string().optional(),
        confirm: z.string().optional(),
        types: z.array(z.string()).optional(),
        route: z.string(),
      }),
    )
    .optional(),
});
/** What `describe(plugin)` gives: all a plugin brings, as data. */
export type Contributions = z.output<typeof Contributions>;

/**
 * The `vitascope` field of a plugin's package.json. The host lists, checks and draws forms from it alone, without running code.
 * Version, description, author and homepage are package.json's own.
 */
export const Manifest = z.strictObject({
  /** Format of this field. */
  format: z.literal(1),
  /** Unique among plugins; part of its addresses. */
  id: slug,
  /** For people. */
  name: z.string().min(1).max(100),
  /** Versions of the SDK it is made for, with an upper bound: `^0.1.0`, `>=0.1.0 <0.3.0`. */
  sdk: z.string().min(1),
  /** What it may reach. Hosts that a person names in settings are always allowed. */
  permissions: z
    .strictObject({
      /** Host names, `*.` for all below one; absent: any public host. */
      network: z.array(z.string()).optional(),
    })
    .optional(),
  contributes: Contributions,
});
/** The `vitascope` field of a plugin's package.json. */
export type Manifest = z.output<typeof Manifest>;
