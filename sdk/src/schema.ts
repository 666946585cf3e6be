/**
 * All the SDK asks of a schema: the Standard Schema interface with its JSON Schema extension (https://standardschema.dev).
 * zod 4 has it, and so has every other library that keeps the standard; `I` is what goes in, `O` what comes out.
 *
 * @example
 * ```ts
 * import { z, type Schema } from '@vitascope/sdk';
 * const page: Schema<{ page?: number }, { page: number }> = z.object({ page: z.int().default(1) });
 * ```
 */
export interface Schema<I = any, O = I> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: I; readonly output: O } | undefined;
    readonly validate: (value: unknown) => SchemaResult<O> | Promise<SchemaResult<O>>;
    readonly jsonSchema?: {
      readonly input: (options: { target: 'draft-2020-12' }) => Record<string, unknown>;
      readonly output: (options: { target: 'draft-2020-12' }) => Record<string, unknown>;
    };
  };
}

/** What a schema says of a value: the parsed value, or every fault with its path. */
export type SchemaResult<O> =
  { readonly value: O; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** One fault in a value. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A fault with its path written out, `folders.0.path`; what forms show beside a field. */
export interface Fault {
  path: string;
  message: string;
}

/** What a schema reads. */
export type In<S> = S extends { '~standard': { types?: { input: infer I } | undefined } } ? I : never;
/** What a schema gives back. */
export type Out<S> = S extends { '~standard': { types?: { output: infer O } | undefined } } ? O : never;

/** Runs a schema: the value, or all faults at once. */
export async function check<O>(
  schema: Schema<any, O>,
  value: unknown,
): Promise<{ value: O; faults?: undefined } | { faults: Fault[] }> {
  const result = await schema['~standard'].validate(value);
  return result.issues ? { faults: result.issues.map(fault) } : { value: result.value };
}

const fault = (issue: SchemaIssue): Fault => ({
  path: (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
  message: issue.message,
});

/** `field: message; field: message`, for errors and logs. */
export const faultText = (faults: readonly Fault[]): string =>
  faults.map((f) => (f.path ? `${f.path}: ${f.message}` : f.message)).join('; ');

/** The JSON Schema (draft 2020-12) of what a schema reads or gives; undefined for a schema that cannot say. */
export function jsonSchemaOf(
  schema: Schema | undefined,
  side: 'input' | 'output',
): Record<string, unknown> | undefined {
  const made = schema?.['~standard'].jsonSchema?.[side]({ target: 'draft-2020-12' });
  if (!made) return undefined;
  const { $schema: _dialect, ...rest } = made;
  return rest;
}
