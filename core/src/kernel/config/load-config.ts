import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { z } from 'zod';
import { AppError } from '../errors.ts';
import { ConfigSchema, type Config } from './config.schema.ts';
import { readEnvironment, type ConfigPath, type Override } from './environment.ts';
import { resolveReferences } from './references.ts';
import { childOf, kindOf, shapeOf } from './schema-walk.ts';
import { suggest } from './suggestion.ts';
import { parseYaml, type YamlFile } from './yaml-file.ts';

/** Where a value came from. Members that nobody set have no source. */
export type ConfigSource =
  { kind: 'file'; file: string; line: number; column: number } | { kind: 'environment'; variable: string };

/** One thing wrong with the configuration. `place` is `file:line:column` or the name of a variable. */
export interface ConfigFault {
  path: string;
  message: string;
  place: string;
  line?: number;
  column?: number;
}

export interface LoadedConfig {
  config: Config;
  /** Dotted member, for example `server.port` or `libraries.0.name` → where it is set. */
  sources: ReadonlyMap<string, ConfigSource>;
  /** The file that was read; undefined when there is none. */
  file: string | undefined;
  /** There is no configuration file: the server shows its demo library. */
  demo: boolean;
}

export interface LoadOptions {
  /** `--config`. A file named here or in `VITASCOPE_CONFIG` must exist. */
  file?: string;
  environment?: Readonly<Record<string, string | undefined>>;
  /** Relative paths count from here; the working directory unless told. */
  directory?: string;
}

export const defaultConfigFile = 'config/vitascope.yaml';

/**
 * Reads the configuration: defaults, then the file, then the environment.
 * @throws AppError `config_invalid` that lists every fault at once, each with line and column or the variable's name.
 */
export function loadConfig(options: LoadOptions = {}): LoadedConfig {
  const environment = options.environment ?? process.env;
  const directory = options.directory ?? process.cwd();
  const file = findConfigFile(options.file ?? environment.VITASCOPE_CONFIG, directory);
  const yaml = file === undefined ? undefined : readYaml(file);
  const faults: ConfigFault[] = (yaml?.faults ?? []).map((fault) => ({
    path: '',
    ...fault,
    place: placeText(file, fault),
  }));
  const { overrides, faults: environmentFaults } = readEnvironment(ConfigSchema, environment);
  faults.push(...environmentFaults.map(({ variable, path, message }) => ({ path, message, place: variable })));
  const sources = new Map<string, ConfigSource>();
  if (yaml && file) enterFileSources(yaml, file, sources);
  const merged = applyOverrides(withoutEmptySections(yaml?.value ?? {}), overrides, sources);
  const located = (path: ConfigPath, message: string, ofKey = false): ConfigFault =>
    locate({ path, message, ofKey, yaml, file, sources });
  const resolved = resolveReferences(merged, environment);
  faults.push(...resolved.faults.map((fault) => located(fault.path, fault.message)));
  const referenced = new Set(resolved.faults.map((fault) => fault.path.join('.')));
  const parsed = ConfigSchema.safeParse(resolved.value);
  if (!parsed.success && !yaml?.broken) {
    faults.push(
      ...parsed.error.issues
        .flatMap((issue) => issueFaults(issue, resolved.value, located))
        .filter((fault) => !referenced.has(fault.path)),
    );
  }
  if (parsed.success) faults.push(...crossFaults(parsed.data, located));
  if (faults.length > 0 || !parsed.success) throw invalid(faults, file);
  return { config: finish(parsed.data, directory), sources, file, demo: file === undefined };
}

/** Lines for a person, one for each fault: `config/vitascope.yaml:3:9: server.port: …`. */
export function describeConfigFaults(error: AppError): string[] {
  return (error.errors as readonly ConfigFault[]).map(
    ({ place, path, message }) => `${place}: ${path ? `${path}: ` : ''}${message}`,
  );
}

function findConfigFile(named: string | undefined, directory: string): string | undefined {
  if (named) {
    const path = resolve(directory, named);
    if (existsSync(path)) return path;
    throw invalid([{ path: '', message: 'The configuration file does not exist.', place: path }], path);
  }
  const path = resolve(directory, defaultConfigFile);
  return existsSync(path) ? path : undefined;
}

function readYaml(file: string): YamlFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown reason';
    throw invalid([{ path: '', message: `The configuration file cannot be read (${reason}).`, place: file }], file);
  }
  const yaml = parseYaml(text);
  const isEmpty = yaml.value === null || yaml.value === undefined;
  if (isEmpty || isPlainObject(yaml.value)) return { ...yaml, value: yaml.value ?? {} };
  const fault = {
    line: 1,
    column: 1,
    message: 'The file must hold sections like "server:", not a list or a single value.',
  };
  return { ...yaml, value: {}, faults: [...yaml.faults, fault] };
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const containers = new Set(['object', 'array', 'record']);

/** `server:` with nothing below it means that nothing is set there. */
function withoutEmptySections(value: unknown, schema: z.ZodType = ConfigSchema): unknown {
  if (!isPlainObject(value)) return value;
  // Not a literal: a member named __proto__ must stay a member, to be refused as one.
  const out = Object.create(null) as Record<string, unknown>;
  for (const [key, member] of Object.entries(value)) {
    const child = childOf(schema, key);
    const isEmpty = member === null && child !== undefined && containers.has(kindOf(child));
    if (!isEmpty) out[key] = child ? withoutEmptySections(member, child) : member;
  }
  return out;
}

function enterFileSources(yaml: YamlFile, file: string, sources: Map<string, ConfigSource>): void {
  const visit = (value: unknown, path: ConfigPath): void => {
    if (path.length > 0) sources.set(path.join('.'), { kind: 'file', file, ...yaml.placeOf(path) });
    if (Array.isArray(value)) value.forEach((item, index) => visit(item, [...path, index]));
    else if (isPlainObject(value)) for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
  };
  visit(yaml.value, []);
}

function applyOverrides(base: unknown, overrides: readonly Override[], sources: Map<string, ConfigSource>): unknown {
  const root = structuredClone(base) as Record<string | number, unknown>;
  for (const { path, value, variable } of overrides) {
    let node = root;
    path.slice(0, -1).forEach((key, index) => {
      const there = Object.hasOwn(node, key) ? node[key] : undefined;
      if (typeof there !== 'object' || there === null) node[key] = typeof path[index + 1] === 'number' ? [] : {};
      node = node[key] as Record<string | number, unknown>;
    });
    node[path.at(-1) as string] = value;
    const dotted = path.join('.');
    for (const key of sources.keys()) if (key.startsWith(`${dotted}.`)) sources.delete(key);
    sources.set(dotted, { kind: 'environment', variable });
  }
  return root;
}

interface FaultPlace {
  path: ConfigPath;
  message: string;
  ofKey: boolean;
  yaml: YamlFile | undefined;
  file: string | undefined;
  sources: ReadonlyMap<string, ConfigSource>;
}

function locate({ path, message, ofKey, yaml, file, sources }: FaultPlace): ConfigFault {
  const dotted = path.join('.');
  for (let length = path.length; length > 0; length--) {
    const source = sources.get(path.slice(0, length).join('.'));
    if (source?.kind === 'environment') return { path: dotted, message, place: source.variable };
    if (source) break;
  }
  const place = ofKey ? yaml?.placeOfKey(path) : yaml?.placeOf(path);
  return { path: dotted, message, place: place ? placeText(file, place) : (file ?? 'configuration'), ...place };
}

const placeText = (file: string | undefined, place: { line: number; column: number }): string =>
  `${file ?? 'configuration'}:${place.line}:${place.column}`;

type Locate = (path: ConfigPath, message: string, ofKey?: boolean) => ConfigFault;

function issueFaults(issue: z.core.$ZodIssue, value: unknown, located: Locate): ConfigFault[] {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  if (issue.code !== 'unrecognized_keys') return [located(path, issueMessage(issue, valueAt(value, path)))];
  return issue.keys.map((key) => located([...path, key], unknownMember(path, key), true));
}

const valueAt = (value: unknown, path: ConfigPath): unknown =>
  path.reduce<unknown>((node, key) => (node as Record<string | number, unknown> | undefined)?.[key], value);

function issueMessage(issue: z.core.$ZodIssue, received: unknown): string {
  const isMissing = received === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
  return isMissing ? 'This is required here.' : `${issue.message}.`;
}

function unknownMember(path: ConfigPath, key: string): string {
  let schema: z.ZodType | undefined = ConfigSchema;
  for (const step of path) schema = schema && childOf(schema, step);
  const here = suggest(key, Object.keys((schema && shapeOf(schema)) ?? {}));
  if (here) return `There is no such setting. Did you mean "${here}"?`;
  const elsewhere = Object.entries(shapeOf(ConfigSchema) ?? {}).find(([, section]) => childOf(section, key));
  return `There is no such setting.${elsewhere ? ` Did you mean "${elsewhere[0]}.${key}"?` : ''}`;
}

function crossFaults(config: z.output<typeof ConfigSchema>, located: Locate): ConfigFault[] {
  const faults: ConfigFault[] = [];
  const names = new Map<string, number>();
  config.libraries.forEach((library, index) => {
    const first = names.get(library.name.toLowerCase());
    if (first !== undefined)
      faults.push(located(['libraries', index, 'name'], `Library ${first + 1} has this name too.`));
    names.set(library.name.toLowerCase(), first ?? index);
  });
  const { minResumePercent: low, maxResumePercent: high } = config.tracking;
  if (low !== undefined && high !== undefined && low >= high) {
    faults.push(located(['tracking', 'minResumePercent'], 'Must be less than tracking.maxResumePercent.'));
  }
  return faults;
}

function invalid(faults: ConfigFault[], file: string | undefined): AppError {
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  return new AppError('config_invalid', `The configuration${file ? ` in ${file}` : ''} has ${count}.`, {
    errors: faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)),
    fix: 'Correct each place, then run `vitascope config check`.',
  });
}

/** Relative paths become absolute here, once, so that nobody has to know the working directory. */
function finish(config: z.output<typeof ConfigSchema>, directory: string): Config {
  const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(directory, path));
  return deepFreeze({
    ...config,
    dataDir: absolute(config.dataDir),
    libraries: config.libraries.map((library) => ({ ...library, folders: library.folders.map(absolute) })),
    plugins: { ...config.plugins, folders: config.plugins.folders.map(absolute) },
    playback: {
      ...config.playback,
      transcodeDir: config.playback.transcodeDir && absolute(config.playback.transcodeDir),
    },
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
