import { z } from 'zod';
import { AppError, type FieldError } from '../../kernel/errors.ts';
import type { Config } from '../../kernel/config/config.schema.ts';
import { ConfigSchema } from '../../kernel/config/config.schema.ts';
import type { ConfigSource, LoadedConfig } from '../../kernel/config/load-config.ts';
import { shapeOf } from '../../kernel/config/schema-walk.ts';

/** Where values that people change in the app are kept. */
export interface SettingsStore {
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
}

/** Areas that may be changed while the server runs, and the members that only count after a restart. */
export const areas = {
  server: { title: 'Server', members: ['name', 'publicUrl', 'shutdownGraceSeconds'], restart: ['publicUrl'] },
  auth: {
    title: 'Accounts',
    members: ['registration', 'sessionDays', 'accessMinutes'],
    restart: ['sessionDays', 'accessMinutes'],
  },
  playback: {
    title: 'Playback',
    members: ['ffmpeg', 'hardwareAcceleration', 'hardwareDevice', 'maxTranscodes', 'signedUrlHours'],
    restart: [],
  },
  tracking: {
    title: 'Watched and resume',
    members: ['preset', 'minResumePercent', 'maxResumePercent', 'minResumeSeconds', 'minDurationSeconds'],
    restart: [],
  },
  jobs: { title: 'Background work', members: ['workers', 'historyDays'], restart: ['workers', 'historyDays'] },
  limits: {
    title: 'Limits',
    members: ['requestsPerMinute', 'authPerMinute', 'heavyPerMinute', 'eventStreamsPerAccount'],
    restart: ['requestsPerMinute', 'authPerMinute', 'heavyPerMinute', 'eventStreamsPerAccount'],
  },
  log: { title: 'Log', members: ['level'], restart: ['level'] },
} as const satisfies Partial<
  Record<keyof Config, { title: string; members: readonly string[]; restart: readonly string[] }>
>;

export type AreaName = keyof typeof areas;

export interface AreaView {
  id: string;
  title: string;
  description: string;
  schema: Record<string, unknown>;
  values: Record<string, unknown>;
  locked: Record<string, string>;
  restart: string[];
}

type Listener = (area: AreaName) => void;

/**
 * The configuration as it holds now: defaults, then what people changed in the app, then file and environment, which nobody
 * overrides. Parts of the server read through it, so that a change counts at once.
 */
export class LiveConfig {
  readonly #loaded: LoadedConfig;
  readonly #store: SettingsStore;
  readonly #changed = new Map<AreaName, Record<string, unknown>>();
  readonly #listeners = new Set<Listener>();
  /** Making them takes longer than everything else together, and they never change. */
  readonly #forms = new Map<AreaName, Form>();

  constructor(loaded: LoadedConfig, store: SettingsStore) {
    this.#loaded = loaded;
    this.#store = store;
  }

  /** Reads what people changed; once, before anything else asks. Values that no longer fit the schema are left out. */
  async load(): Promise<void> {
    for (const name of areaNames) {
      const stored = await this.#store.read(keyOf(name));
      if (stored === undefined) continue;
      const parsed = editableSchema(name).partial().safeParse(stored);
      if (parsed.success) this.#changed.set(name, parsed.data);
    }
  }

  get<K extends keyof Config>(section: K): Config[K] {
    const loaded = this.#loaded.config[section];
    if (!(section in areas)) return loaded;
    const name = section as unknown as AreaName;
    const changes = Object.entries(this.#changed.get(name) ?? {}).filter(([member]) => !this.#source(name, member));
    return { ...(loaded as object), ...Object.fromEntries(changes) } as Config[K];
  }

  /** Returns the way to stop listening. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  list(): AreaView[] {
    return areaNames.map((name) => this.view(name));
  }

  view(name: AreaName): AreaView {
    const { title, members, restart } = areas[name];
    const { description, schema } = this.#form(name);
    const now = this.get(name) as Record<string, unknown>;
    const sources = members.map((member) => [member, this.#source(name, member)] as const);
    return {
      id: name,
      title,
      description,
      schema,
      values: Object.fromEntries(
        members.filter((member) => now[member] !== undefined).map((member) => [member, now[member]]),
      ),
      locked: Object.fromEntries(sources.flatMap(([member, source]) => (source ? [[member, placeOf(source)]] : []))),
      restart: [...restart],
    };
  }

  /** `null` takes a value back to its default. Throws `locked`, `validation_failed`. */
  async update(area: string, changes: Record<string, unknown>): Promise<AreaView> {
    const name = areaNames.find((candidate) => candidate === area);
    if (!name)
      throw new AppError('not_found', `There is no area of settings "${area}".`, {
        details: { resource: 'settings area', identifier: area },
      });
    for (const member of Object.keys(changes)) this.#requireOpen(name, member);
    const merged = { ...this.#changed.get(name), ...changes };
    const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
    const parsed = editableSchema(name).partial().safeParse(kept);
    if (!parsed.success) {
      throw new AppError('validation_failed', 'Some settings are not valid; nothing was changed.', {
        errors: faultsOf(parsed.error),
      });
    }
    const given = Object.fromEntries(
      Object.keys(kept).map((member) => [member, (parsed.data as Record<string, unknown>)[member]]),
    );
    await this.#store.write(keyOf(name), given);
    this.#changed.set(name, given);
    for (const listener of this.#listeners) listener(name);
    return this.view(name);
  }

  #form(name: AreaName): Form {
    const known = this.#forms.get(name) ?? formOf(name);
    this.#forms.set(name, known);
    return known;
  }

  #requireOpen(name: AreaName, member: string): void {
    const source = this.#source(name, member);
    if (!source) return;
    throw new AppError('locked', `${name}.${member} is set by ${placeOf(source)}.`, {
      details: { member: `${name}.${member}`, source: placeOf(source) },
      fix: 'Change it there, or remove it there to change it here.',
    });
  }

  #source(name: AreaName, member: string): ConfigSource | undefined {
    return this.#loaded.sources.get(`${name}.${member}`);
  }
}

interface Form {
  description: string;
  schema: Record<string, unknown>;
}

function formOf(name: AreaName): Form {
  const made: Record<string, unknown> = z.toJSONSchema(editableSchema(name), { io: 'input' });
  const { description, ...schema } = made;
  return { description: typeof description === 'string' ? description : '', schema };
}

const areaNames = Object.keys(areas) as AreaName[];
const keyOf = (name: AreaName): string => `config.${name}`;

const placeOf = (source: ConfigSource): string =>
  source.kind === 'file' ? `${source.file}:${source.line}` : `environment ${source.variable}`;

const faultsOf = (error: z.ZodError): FieldError[] =>
  error.issues.map((issue) => ({ path: ['body', ...issue.path].join('.'), message: issue.message }));

/** The members of a section that may be changed here, as a strict object. */
function editableSchema(name: AreaName): z.ZodObject {
  const section = ConfigSchema.shape[name];
  const shape = shapeOf(section) ?? {};
  const members = areas[name].members.map((member) => [member, shape[member]]);
  return z.strictObject(Object.fromEntries(members)).describe(section.description ?? '');
}
