/** Every error code the server answers with, its HTTP status, and the sentence the error reference prints. */
export const errorCodes = {
  validation_failed: [400, 'The request does not have the documented shape; `errors` names each field.'],
  bad_request: [400, 'The request cannot be understood or contradicts itself.'],
  setup_code_required: [
    401,
    'The first account of a server that listens beyond loopback needs the one-time code from its log.',
  ],
  unauthenticated: [401, 'Nobody is signed in, or the session or token is unknown, expired or revoked.'],
  credentials_invalid: [401, 'Name or password is wrong.'],
  forbidden: [403, 'The caller is known but may not do this.'],
  csrf_failed: [403, 'A request that changes something came without the CSRF token of its session.'],
  registration_closed: [403, 'This server does not accept registrations; ask its administrator.'],
  signature_invalid: [403, 'The signed address was changed, belongs to somebody else, or has expired.'],
  not_found: [404, 'There is no such thing; `resource` and `identifier` say which.'],
  method_not_allowed: [405, 'The path exists, but not with this method.'],
  conflict: [409, 'The change contradicts what is stored, for example a name that is taken.'],
  setup_done: [409, 'The server has an administrator already.'],
  gone: [410, 'It existed and is no more.'],
  too_large: [413, 'The request body or upload is larger than this endpoint takes.'],
  unsupported_media_type: [415, 'The request body is of a type this endpoint does not read.'],
  range_unsatisfiable: [416, 'The requested range lies outside the file.'],
  locked: [423, 'The value is set by the configuration file or locked by a person.'],
  rate_limited: [429, 'Too many requests; wait for `retry_after_seconds`.'],
  internal: [500, 'A fault in the server; `reference` finds it in the log.'],
  unsupported: [501, 'This server or plugin cannot do that.'],
  unavailable: [503, 'Something this needs is down at the moment; `fix` says what to do.'],
  database_unavailable: [503, 'The database does not answer.'],
  storage_full: [507, 'The disk is full.'],
  config_invalid: [500, 'The configuration has faults; each is listed with line and column.'],
  invalid_config: [400, 'The settings of a plugin or connection are not valid.'],
  auth: [502, 'A remote service refused the credentials of a connection.'],
  timeout: [504, 'A plugin or remote service did not answer in time.'],
  cancelled: [499, 'The caller or an administrator cancelled it.'],
  plugin_failed: [502, 'A plugin threw; the message names it.'],
  package_invalid: [422, 'A plugin package cannot be used: damaged, unsafe, or not made for this server.'],
  integrity_mismatch: [422, 'A plugin package is not the one that was promised: its sha512 is another.'],
  root_unavailable: [
    503,
    'A root folder is not there, for example because its disk is not mounted. Nothing was deleted.',
  ],
  media_unreadable: [422, 'The file cannot be read as media: empty, truncated or damaged.'],
  media_unsupported: [415, 'The file is not of a kind this server can read.'],
  transcoder_missing: [501, 'Playing this needs ffmpeg, which was not found on the server.'],
  transcode_limit: [503, 'All transcode sessions are in use.'],
  secret_key_wrong: [500, 'Stored secrets cannot be opened with the present key; `vitascope doctor` explains.'],
} as const satisfies Record<string, readonly [number, string]>;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorOptions {
  /** Members for the caller, for example `{ resource: 'library', identifier: 7 }`; never secrets or internals. */
  details?: Record<string, unknown>;
  /** What to do about it, one sentence. */
  fix?: string;
  /** Field faults of a 400. */
  errors?: readonly FieldError[];
  cause?: unknown;
}

export interface FieldError {
  /** Dotted path, for example `body.folders.0`. */
  path: string;
  message: string;
}

/** The one error the server throws on purpose. Compare `code`: two copies of a class can be loaded, codes stay the same. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;
  readonly fix: string | undefined;
  readonly errors: readonly FieldError[];

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? {};
    this.fix = options.fix;
    this.errors = options.errors ?? [];
  }

  get status(): number {
    return errorCodes[this.code][0];
  }
}

/** `throw notFound('library', 7)` */
export const notFound = (resource: string, identifier: string | number): AppError =>
  new AppError('not_found', `There is no ${resource} ${identifier}.`, { details: { resource, identifier } });

/** The code of anything thrown, `internal` where it has none of ours. */
export function codeOf(error: unknown): ErrorCode {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && code in errorCodes ? (code as ErrorCode) : 'internal';
}
