import type { z } from 'zod';
import { childOf, kindOf, shapeOf } from './schema-walk.ts';
import { suggest } from './suggestion.ts';

export type ConfigPath = readonly (string | number)[];

/** One value that the environment sets. */
export interface Override {
  variable: string;
  path: ConfigPath;
  value: unknown;
}

export interface EnvironmentFault {
  variable: string;
  path: string;
  message: string;
}

/** Names that came before ours; ours win where both are set. */
const aliases: Readonly<Record<string, ConfigPath>> = {
  VITASCOPE_DATA_DIR: ['dataDir'],
  DATABASE_URL: ['database', 'url'],
  TMDB_API_KEY: ['services', 'tmdb', 'apiKey'],
  TRAKT_CLIENT_ID: ['services', 'trakt', 'clientId'],
  TRAKT_CLIENT_SECRET: ['services', 'trakt', 'clientSecret'],
  TRAKT_REDIRECT_URI: ['services', 'trakt', 'redirectUri'],
  NZBGEEK_API_KEY: ['services', 'nzbgeek', 'apiKey'],
  DOWNLOAD_MAX_ACTIVE: ['downloads', 'maxActive'],
  DOWNLOAD_POLL_INTERVAL: ['downloads', 'pollIntervalSeconds'],
  DOWNLOAD_RETRY_BACKOFF: ['downloads', 'retryBackoffSeconds'],
};
const prefix = 'VITASCOPE__';

/** Variables that set a value under another name than `VITASCOPE__…`, with the dotted member they set. */
export const environmentAliases: readonly (readonly [string, string])[] = Object.entries(aliases).map(
  ([variable, path]) => [variable, path.join('.')] as const,
);

/** Reads every override from the environment. An empty variable counts as unset. */
export function readEnvironment(
  schema: z.ZodType,
  environment: Readonly<Record<string, string | undefined>>,
): { overrides: Override[]; faults: EnvironmentFault[] } {
  const overrides: Override[] = [];
  const faults: EnvironmentFault[] = [];
  for (const [variable, path] of Object.entries(aliases)) {
    const raw = environment[variable];
    if (raw) overrides.push({ variable, path, value: valueFor(path, schemaAt(schema, path), raw) });
  }
  for (const variable of Object.keys(environment).sort()) {
    const raw = environment[variable];
    if (!raw || !variable.toUpperCase().startsWith(prefix)) continue;
    const found = resolvePath(schema, variable.slice(prefix.length).split('__'));
    if ('unknown' in found) faults.push({ variable, ...found.unknown });
    else overrides.push({ variable, path: found.path, value: valueFor(found.path, found.schema, raw) });
  }
  return { overrides, faults };
}

function schemaAt(schema: z.ZodType, path: ConfigPath): z.ZodType | undefined {
  let current: z.ZodType | undefined = schema;
  for (const key of path) current = current && childOf(current, key);
  return current;
}

type Resolved = { path: ConfigPath; schema: z.ZodType } | { unknown: { path: string; message: string } };

/** `SERVER`, `BASEPATH` → `server.basePath`: letters of any case, members as the schema spells them. */
function resolvePath(schema: z.ZodType, segments: readonly string[]): Resolved {
  const path: (string | number)[] = [];
  let current = schema;
  for (const segment of segments) {
    const key = memberNamed(current, segment);
    const next = key === undefined ? undefined : childOf(current, key);
    if (key === undefined || !next) return { unknown: unknownSegment(current, path, segment) };
    path.push(key);
    current = next;
  }
  return { path, schema: current };
}

function memberNamed(schema: z.ZodType, segment: string): string | number | undefined {
  const shape = shapeOf(schema);
  if (shape) return Object.keys(shape).find((key) => fold(key) === fold(segment));
  if (kindOf(schema) === 'array') return /^\d{1,3}$/.test(segment) ? Number(segment) : undefined;
  if (kindOf(schema) !== 'record' || !segment) return undefined;
  return /[a-z]/.test(segment) ? segment : segment.toLowerCase();
}

const fold = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '');

function unknownSegment(schema: z.ZodType, path: ConfigPath, segment: string): { path: string; message: string } {
  const meant = suggest(segment, Object.keys(shapeOf(schema) ?? {}));
  const at = [...path, segment].join('.');
  return {
    path: at,
    message: `There is no setting "${at}".${meant ? ` Did you mean "${[...path, meant].join('.')}"?` : ''}`,
  };
}

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** Members named `…Seconds` take `90`, `15s`, `2m` or `1h`. */
function valueFor(path: ConfigPath, schema: z.ZodType | undefined, raw: string): unknown {
  const duration = String(path.at(-1)).endsWith('Seconds') ? /^\s*(\d+(?:\.\d+)?)(ms|s|m|h|d)\s*$/.exec(raw) : null;
  return duration ? Number(duration[1]) * (units[duration[2] ?? 's'] ?? 1) : typed(schema, raw);
}

/** Text of a variable as the kind of value its place takes; what does not fit stays text and fails validation. */
function typed(schema: z.ZodType | undefined, raw: string): unknown {
  const kind = schema ? kindOf(schema) : 'unknown';
  const trimmed = raw.trim();
  if (kind === 'number') return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : raw;
  if (kind === 'boolean') return booleans[trimmed.toLowerCase()] ?? raw;
  if (kind === 'array' && !trimmed.startsWith('[')) {
    const element = schema && childOf(schema, 0);
    return trimmed.split(',').map((part) => typed(element, part.trim()));
  }
  if (kind === 'array' || kind === 'object' || kind === 'record' || kind === 'unknown') return asJson(raw);
  return raw;
}

function asJson(raw: string): unknown {
  try {
    return JSON.parse(raw) as unknown;
  } catch (notJson) {
    if (notJson instanceof SyntaxError) return raw;
    throw notJson;
  }
}
