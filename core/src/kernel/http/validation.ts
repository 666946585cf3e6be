import type { z } from 'zod';
import { AppError, type FieldError } from '../errors.ts';
import type { Endpoint } from './endpoint.ts';

export interface RawInput {
  params: unknown;
  query: unknown;
  body: unknown;
}

const parts = ['params', 'query', 'body'] as const;

/**
 * Checks what came in against the endpoint's schemas.
 * @throws AppError `validation_failed` with every fault of all three parts at once
 */
export function validateInput(endpoint: Endpoint, raw: RawInput): RawInput {
  const valid: RawInput = { params: undefined, query: undefined, body: undefined };
  let faults: FieldError[] | undefined;
  for (const part of parts) {
    const schema = endpoint[part];
    if (!schema) continue;
    const result = schema.safeParse(raw[part]);
    if (result.success) valid[part] = result.data;
    else (faults ??= []).push(...result.error.issues.flatMap((issue) => faultsOf(issue, part)));
  }
  if (!faults) return valid;
  throw invalidInput(faults);
}

/** The answer to input that is not as documented. @param errors paths begin with `params`, `query` or `body` */
export function invalidInput(errors: readonly FieldError[]): AppError {
  const count = errors.length === 1 ? 'One value is' : `${errors.length} values are`;
  return new AppError('validation_failed', `${count} not as documented.`, { errors });
}

function faultsOf(issue: z.core.$ZodIssue, part: string): FieldError[] {
  const path = [part, ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'There is no such member' }));
  }
  return [{ path: path.join('.'), message: issue.message }];
}

/**
 * Holds a handler to its promise.
 * @returns the answer as the schema describes it, without members that are not in it
 * @throws Error that names the faults; they are ours or the plugin's, never the caller's
 */
export function checkResponse(endpoint: Endpoint, answer: unknown): unknown {
  if (!endpoint.response) return undefined;
  const result = endpoint.response.safeParse(answer);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    (issue) => `${issue.path.map(String).join('.') || 'response'}: ${issue.message}`,
  );
  throw new Error(`${endpoint.verb} answered something else than it promises: ${faults.slice(0, 10).join('; ')}`);
}

/** Members of an answer that its schema does not have: they would reach callers without being documented. */
export function undeclaredMembers(answer: unknown, declared: unknown, path = 'response'): string[] {
  if (typeof answer !== 'object' || answer === null || typeof declared !== 'object' || declared === null) return [];
  return Object.entries(answer).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (!Object.hasOwn(declared, key)) return [`${path}.${key}`];
    return undeclaredMembers(value, (declared as Record<string, unknown>)[key], `${path}.${key}`);
  });
}
