import { z } from 'zod';
import type { Endpoint } from '../../core/src/kernel/http/endpoint.ts';

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  format?: string;
  minimum?: number;
  minLength?: number;
  minItems?: number;
}

export const nobodysUuid = '00000000-0000-4000-8000-000000000000';
export const nobodysNumber = 987_654_321;

export const jsonSchemaOf = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;

export const memberNames = (schema: z.ZodType | undefined): string[] =>
  schema ? Object.keys(jsonSchemaOf(schema).properties ?? {}) : [];

/** Values that are well formed and belong to nothing. */
export function unknownParams(endpoint: Endpoint): Record<string, unknown> {
  const { params } = endpoint;
  return Object.fromEntries(
    memberNames(params).map((name) => {
      const found = [nobodysUuid, nobodysNumber, 'nobody'].find((value) => accepts(params, name, value));
      if (found === undefined) throw new Error(`${endpoint.verb}: no sample value for the parameter ${name}.`);
      return [name, found];
    }),
  );
}

/** Each parameter's value that its schema refuses; a parameter that takes any text has none. */
export function wrongParams(endpoint: Endpoint): { name: string; value: string }[] {
  return memberNames(endpoint.params).flatMap((name) => {
    const value = ['x y', '-1', 'É', 'x'.repeat(5000)].find((wrong) => !accepts(endpoint.params, name, wrong));
    return value === undefined ? [] : [{ name, value }];
  });
}

/** Query texts that the member's schema refuses. */
export function wrongQueries(endpoint: Endpoint): { name: string; value: string | string[] }[] {
  return memberNames(endpoint.query).flatMap((name) => {
    const candidates = ['\u0000?', 'x'.repeat(5000), ['a', 'b'], Array.from({ length: 101 }, () => 'x')];
    const value = candidates.find((wrong) => !accepts(endpoint.query, name, wrong));
    return value === undefined ? [] : [{ name, value }];
  });
}

/** Bodies with one member of a type it cannot have. */
export function wrongBodies(endpoint: Endpoint): { name: string; body: Record<string, unknown> }[] {
  return memberNames(endpoint.body).flatMap((name) => {
    const value = [{ un: ['expected'] }, 5, true, [[]]].find((wrong) => !accepts(endpoint.body, name, wrong));
    return value === undefined ? [] : [{ name, body: { [name]: value } }];
  });
}

/** The member takes this value, whatever else is missing. */
function accepts(schema: z.ZodType | undefined, name: string, value: unknown): boolean {
  const result = schema?.safeParse({ [name]: value });
  return !result?.error?.issues.some((issue) => issue.path[0] === name);
}

/** The smallest value of this shape. Rules beyond the shape are not known here. */
export function sampleOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf?.[0]) return sampleOf(schema.anyOf[0]);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object': {
      const members = schema.required ?? [];
      return Object.fromEntries(members.map((name) => [name, sampleOf(schema.properties?.[name] ?? {})]));
    }
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}));
    case 'string':
      if (schema.format === 'uuid') return nobodysUuid;
      return 'sample text'.padEnd(schema.minLength ?? 0, '.');
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return false;
    default:
      return {};
  }
}
