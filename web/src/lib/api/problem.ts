import { m } from '#messages';

/** One fault of one field; `path` is dotted (`folders.0.path`). */
export interface FieldFault {
  path: string;
  message: string;
}

/** What the server says when a request fails: problem+json of RFC 9457 with our extra members. */
export interface Problem {
  status: number;
  title?: string;
  detail?: string;
  error_code?: string;
  errors?: FieldFault[];
  reference?: string;
  fix?: string;
}

/** A failed call. `status` 0 means that the server was not reached. Compare `code`, not the class. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(problem.detail ?? problem.title ?? problem.error_code ?? String(problem.status), { cause });
    this.name = 'ApiError';
    this.status = problem.status;
    this.code = problem.error_code ?? (problem.status === 0 ? 'unreachable' : 'internal');
    this.problem = problem;
  }

  get errors(): FieldFault[] {
    return this.problem.errors ?? [];
  }
}

/** What a person reads about a failure: what happened, and what to do about it. */
export interface FriendlyError {
  title: string;
  text: string;
  reference?: string;
  /** What was asked for does not exist: asking again does not help. */
  missing?: boolean;
}

const byStatus: Record<number, { title: () => string; text: () => string }> = {
  0: { title: m.error_unreachable_title, text: m.error_unreachable_text },
  401: { title: m.error_signed_out_title, text: m.error_signed_out_text },
  403: { title: m.error_forbidden_title, text: m.error_forbidden_text },
  404: { title: m.error_not_found_title, text: m.error_not_found_text },
  409: { title: m.error_conflict_title, text: m.error_conflict_text },
  413: { title: m.error_too_large_title, text: m.error_too_large_text },
  400: { title: m.error_invalid_title, text: m.error_invalid_text },
  422: { title: m.error_invalid_title, text: m.error_invalid_text },
  429: { title: m.error_too_many_title, text: m.error_too_many_text },
  503: { title: m.error_unavailable_title, text: m.error_unavailable_text },
};

/** Turns anything thrown into words for a person. The server's own sentence wins over the generic one. */
export function friendlyError(error: unknown): FriendlyError {
  const problem = problemOf(error);
  const known = byStatus[problem?.status ?? -1];
  const title = known?.title() ?? m.error_generic_title();
  const own = [problem?.detail, problem?.fix].filter(Boolean).join(' ');
  const text = own || known?.text() || m.error_generic_text();
  return { title, text, reference: problem?.reference, missing: problem?.status === 404 };
}

function problemOf(error: unknown): Problem | undefined {
  if (typeof error === 'object' && error !== null && 'problem' in error) return error.problem as Problem;
  return undefined;
}

/** The machine code of a failed call, or undefined for anything else that was thrown. */
export function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

/** The field faults of a failed call, as a map from dotted path (without `body.`) to message. */
export function fieldFaults(error: unknown): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const fault of problemOf(error)?.errors ?? []) {
    faults[fault.path.replace(/^(body|query|params)\.?/, '')] ??= fault.message;
  }
  return faults;
}
