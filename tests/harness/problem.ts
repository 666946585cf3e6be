import { expect } from 'vitest';
import type { ErrorCode } from '../../core/src/kernel/errors.ts';
import type { Answer } from './client.ts';

/** The one error body, complete, with this status and code. */
export function expectProblem(answer: Answer, status: number, code: ErrorCode): Record<string, unknown> {
  const problem = answer.body as Record<string, unknown>;
  expect({ status: answer.status, error_code: problem.error_code, detail: problem.detail }).toEqual({
    status,
    error_code: code,
    detail: expect.any(String),
  });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(problem).toMatchObject({
    status,
    title: expect.any(String),
    timestamp: expect.stringMatching(/^\d{4}-/),
    request_id: expect.any(String),
  });
  return problem;
}
