/** The part of JSON Schema 2020-12 that `z.toJSONSchema` writes and the form understands. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  const?: unknown;
  format?: string;
  properties?: Record<string, JsonSchema>;
  required?: readonly string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  allOf?: readonly JsonSchema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  examples?: readonly unknown[];
  /** Written to the server, never read back. */
  secret?: boolean;
  writeOnly?: boolean;
  readOnly?: boolean;
  /** Several lines of text. */
  multiline?: boolean;
}

/** How one value is edited. */
export type FieldKind =
  'text' | 'lines' | 'secret' | 'url' | 'number' | 'boolean' | 'choice' | 'choices' | 'list' | 'group' | 'map' | 'json';

export interface FieldPlan {
  kind: FieldKind;
  schema: JsonSchema;
  /** An empty control means `null` rather than absence. */
  nullable: boolean;
  integer: boolean;
  choices: readonly { value: string; label: string }[];
}

/** Follows `$ref`, unwraps nullables and single-member unions, and decides how the value is edited. */
export function planField(given: JsonSchema, root: JsonSchema): FieldPlan {
  const { schema, nullable } = unwrap(resolve(given, root), root);
  const plan = (kind: FieldKind, choices: FieldPlan['choices'] = []): FieldPlan => ({
    kind,
    schema,
    nullable,
    integer: schema.type === 'integer',
    choices,
  });
  const fixed = choicesOf(schema, root);
  if (fixed) return plan('choice', fixed);
  switch (schema.type) {
    case 'boolean':
      return plan('boolean');
    case 'integer':
    case 'number':
      return plan('number');
    case 'array':
      return planList(schema, root, plan);
    case 'object':
      return plan(schema.properties ? 'group' : typeof schema.additionalProperties === 'object' ? 'map' : 'json');
    case 'string':
      if (schema.secret || schema.writeOnly) return plan('secret');
      if (schema.format === 'uri' || schema.format === 'url') return plan('url');
      return plan(schema.multiline ? 'lines' : 'text');
    default:
      return plan('json');
  }
}

function planList(
  schema: JsonSchema,
  root: JsonSchema,
  plan: (kind: FieldKind, choices?: FieldPlan['choices']) => FieldPlan,
): FieldPlan {
  const choices = schema.items && choicesOf(resolve(schema.items, root), root);
  return choices ? plan('choices', choices) : plan('list');
}

function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (!schema.$ref) return schema;
  const { $ref, ...own } = schema;
  const target = $ref === '#' ? root : root.$defs?.[$ref.replace('#/$defs/', '')];
  return { ...target, ...own };
}

function unwrap(schema: JsonSchema, root: JsonSchema): { schema: JsonSchema; nullable: boolean } {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null');
    return { schema: { ...schema, type: types[0] }, nullable: types.length < schema.type.length };
  }
  const members = schema.anyOf ?? schema.oneOf;
  const single = schema.allOf?.length === 1 ? schema.allOf : members?.filter((member) => member.type !== 'null');
  if (single?.length === 1 && single[0]) {
    const { anyOf, oneOf, allOf, ...own } = schema;
    return { schema: { ...resolve(single[0], root), ...own }, nullable: (members?.length ?? 1) > 1 };
  }
  return { schema, nullable: false };
}

function choicesOf(schema: JsonSchema, root: JsonSchema): FieldPlan['choices'] | undefined {
  if (schema.enum)
    return schema.enum
      .filter((value) => value !== null)
      .map((value) => ({ value: String(value), label: wordsOf(String(value)) }));
  const members = (schema.anyOf ?? schema.oneOf)?.map((member) => resolve(member, root));
  if (!members?.length || !members.every((member) => member.const !== undefined)) return undefined;
  return members.map((member) => ({
    value: String(member.const),
    label: member.title ?? wordsOf(String(member.const)),
  }));
}

const acronyms = new Set([
  'url',
  'id',
  'ids',
  'api',
  'http',
  'https',
  'tls',
  'ip',
  'csp',
  'nfo',
  'hls',
  'tv',
  'ui',
  'cors',
  'sql',
]);

/** `baseUrl`, `base_url` and `base-url` become `Base URL`. */
export function wordsOf(key: string): string {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[\s_-]+/);
  return words
    .filter(Boolean)
    .map((word, index) => {
      if (acronyms.has(word.toLowerCase())) return word.toUpperCase();
      return index === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word.toLowerCase();
    })
    .join(' ');
}

/** A value to start from: the default, or the emptiest thing of the type. */
export function blankOf(given: JsonSchema, root: JsonSchema): unknown {
  const { schema, kind, nullable, choices } = planField(given, root);
  if (schema.default !== undefined) return structuredClone(schema.default);
  if (nullable) return null;
  switch (kind) {
    case 'boolean':
      return false;
    case 'choice':
      return choices[0]?.value;
    case 'list':
    case 'choices':
      return [];
    case 'map':
      return {};
    case 'group':
      return blankGroup(schema, root);
    case 'json':
    case 'number':
      return undefined;
    default:
      return '';
  }
}

/** Only what must be there or has a default: an optional member that nobody fills in stays out of the value. */
function blankGroup(schema: JsonSchema, root: JsonSchema): Record<string, unknown> {
  const wanted = Object.entries(schema.properties ?? {}).filter(
    ([key, property]) => schema.required?.includes(key) || planField(property, root).schema.default !== undefined,
  );
  return Object.fromEntries(wanted.map(([key, property]) => [key, blankOf(property, root)]));
}
