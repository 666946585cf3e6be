import type { z } from 'zod';

interface Def {
  type: string;
  innerType?: z.ZodType;
  element?: z.ZodType;
  valueType?: z.ZodType;
  shape?: Record<string, z.ZodType>;
  in?: z.ZodType;
}

const defOf = (schema: z.ZodType): Def => (schema as unknown as { _zod: { def: Def } })._zod.def;
const wrappers = new Set(['default', 'prefault', 'optional', 'nullable', 'nonoptional', 'readonly', 'catch']);

/** The schema inside defaults and optionals. */
export function unwrap(schema: z.ZodType): z.ZodType {
  let inner = schema;
  for (let def = defOf(inner); wrappers.has(def.type) && def.innerType; def = defOf(inner)) inner = def.innerType;
  return inner;
}

/** `object`, `array`, `record`, `string`, `number`, `boolean`, `enum`, … of what lies inside defaults and optionals. */
export const kindOf = (schema: z.ZodType): string => defOf(unwrap(schema)).type;

/** Members of an object schema; undefined for anything else. */
export const shapeOf = (schema: z.ZodType): Record<string, z.ZodType> | undefined => defOf(unwrap(schema)).shape;

/** What lies under `key`: a member, an array's element or a record's value. */
export function childOf(schema: z.ZodType, key: string | number): z.ZodType | undefined {
  const def = defOf(unwrap(schema));
  if (def.type === 'object') return Object.hasOwn(def.shape ?? {}, key) ? def.shape?.[key] : undefined;
  if (def.type === 'array') return def.element;
  if (def.type === 'record') return def.valueType;
  return undefined;
}

/** The value that a missing member gets, where it has one that can be written down. */
export function defaultOf(schema: z.ZodType): unknown {
  const def = defOf(schema) as Def & { defaultValue?: unknown };
  return def.type === 'default' ? def.defaultValue : undefined;
}
