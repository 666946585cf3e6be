import { z } from 'zod';
import { scopeOf } from './caller-checks.ts';
import type { Contracts } from './contracts.ts';
import type { Endpoint } from './endpoint.ts';
import { sessionCookie } from './http-options.ts';
import { apiBase, resolveVerb, verbsOf } from './route-table.ts';

export interface ApiDescription extends Contracts {
  version: string;
  /** `` or `/vita`: what all paths begin with. */
  basePath?: string;
  /** Endpoints of plugins, whose verbs lie below `/api/v1/plugins/<owner>`. */
  plugins?: readonly { owner: string; endpoint: Endpoint }[];
}

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of these endpoints, in a stable order. */
export function describeApi({ version, endpoints, named, basePath = '', plugins = [] }: ApiDescription): Json {
  const schemas = new SchemaBook(named);
  const paths: Record<string, Json> = {};
  const enter = (endpoint: Endpoint, name: string, base?: string): void =>
    verbsOf(endpoint).forEach((verb, index) => {
      const { method, path } = resolveVerb(verb, base);
      const operationId = index === 0 ? name : `${name}Alias${index > 1 ? index : ''}`;
      const address = path.replaceAll(/[:*](\w+)/g, '{$1}');
      (paths[address] ??= {})[method.toLowerCase()] = operation(endpoint, operationId, schemas);
    });
  for (const { name, endpoint } of endpoints) enter(endpoint, name);
  for (const { owner, endpoint } of plugins) {
    enter(endpoint, operationIdOf(owner, endpoint), `${apiBase}/plugins/${owner}`);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Vitascope', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: basePath || '/' }],
    paths: sortedByKey(paths),
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      schemas: sortedByKey({ ...schemas.components, Problem: problemSchema }),
    },
  };
}

/** Endpoints of plugins have no name: `nfo` and `POST /files/:id/write` make `nfoPostFilesIdWrite`. */
const operationIdOf = (owner: string, { verb }: Endpoint): string =>
  `${owner} ${verb.toLowerCase()}`.replaceAll(/[^a-z0-9]+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const problemSchema = {
  type: 'object',
  description: 'The one error body (RFC 9457).',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    error_code: { type: 'string' },
    timestamp: { type: 'string', format: 'date-time' },
    request_id: { type: 'string' },
    correlation_id: { type: 'string' },
    reference: { type: 'string', description: 'Finds a fault of the server in its log.' },
    fix: { type: 'string', description: 'What to do about it.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'error_code', 'timestamp', 'request_id', 'correlation_id'],
};

const sortedByKey = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

const isOpen = ({ access }: Endpoint): boolean => access === 'public' || access === 'signed';

function operation(endpoint: Endpoint, operationId: string, schemas: SchemaBook): Json {
  const parameters = [
    ...parametersOf('path', endpoint.params, schemas),
    ...parametersOf('query', endpoint.query, schemas),
  ];
  return {
    operationId,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    ...(endpoint.description ? { description: endpoint.description } : {}),
    ...(isOpen(endpoint) ? {} : { security: [{ session: [] }, { bearer: [] }] }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(endpoint, schemas),
    responses: responses(endpoint, schemas),
    'x-access': endpoint.access,
    ...(isOpen(endpoint) ? {} : { 'x-scope': scopeOf(endpoint) }),
  };
}

function parametersOf(place: 'path' | 'query', shape: z.ZodType | undefined, schemas: SchemaBook): Json[] {
  if (!shape) return [];
  const { properties = {}, required = [] } = schemas.inline(shape, 'input') as {
    properties?: Json;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema,
  }));
}

function requestBody(endpoint: Endpoint, schemas: SchemaBook): Json {
  if (endpoint.upload) {
    return {
      requestBody: {
        required: true,
        content: { [endpoint.upload.contentType]: { schema: { type: 'string', format: 'binary' } } },
      },
    };
  }
  if (!endpoint.body) return {};
  return {
    requestBody: {
      required: true,
      content: { 'application/json': { schema: schemas.inline(endpoint.body, 'input') } },
    },
  };
}

function responses(endpoint: Endpoint, schemas: SchemaBook): Json {
  const status = String(endpoint.status ?? (endpoint.response || endpoint.raw ? 200 : 204));
  const content = endpoint.raw
    ? { [endpoint.raw.contentType]: { schema: { type: 'string', format: 'binary' } } }
    : endpoint.response && { 'application/json': { schema: schemas.inline(endpoint.response, 'output') } };
  const problem = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return {
    [status]: { description: endpoint.raw?.description ?? 'Success', ...(content ? { content } : {}) },
    default: { description: 'What went wrong.', content: problem },
  };
}

/** Turns zod schemas into JSON Schema; named ones are written once and referred to. */
class SchemaBook {
  readonly components: Record<string, unknown> = {};
  readonly #registry = z.registry<{ id: string }>();
  /** Schemas that take the same as they give need one name only. */
  readonly #symmetric: ReadonlySet<string>;

  constructor(named: ReadonlyMap<string, z.ZodType>) {
    const takes = (schema: z.ZodType, io: 'input' | 'output'): string =>
      JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any' })).replaceAll(
        ',"additionalProperties":false',
        '',
      );
    const names = [...named].filter(([, schema]) => takes(schema, 'input') === takes(schema, 'output'));
    this.#symmetric = new Set(names.map(([id]) => id));
    for (const [id, schema] of named) this.#registry.add(schema, { id });
  }

  inline(schema: z.ZodType, io: 'input' | 'output'): Json {
    const {
      $schema: _dialect,
      $defs,
      ...own
    } = z.toJSONSchema(schema, {
      io,
      metadata: this.#registry,
      unrepresentable: 'any',
      reused: 'inline',
    }) as Json & { $defs?: Record<string, Json> };
    const nameOf = (id: string): string => (io === 'output' || this.#symmetric.has(id) ? id : `${id}Input`);
    const relink = (value: unknown): unknown => rewriteRefs(value, nameOf);
    for (const [id, definition] of Object.entries($defs ?? {})) {
      const { id: _id, ...rest } = definition;
      this.components[nameOf(id)] = relink(rest);
    }
    return relink(own) as Json;
  }
}

function rewriteRefs(value: unknown, nameOf: (id: string) => string): unknown {
  if (Array.isArray(value)) return value.map((entry) => rewriteRefs(entry, nameOf));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) =>
      key === '$ref' && typeof entry === 'string'
        ? [key, `#/components/schemas/${nameOf(entry.replace('#/$defs/', ''))}`]
        : [key, rewriteRefs(entry, nameOf)],
    ),
  );
}
