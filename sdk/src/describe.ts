import type { Contributions } from './manifest.ts';
import type { Block, Page, Widget } from './page.ts';
import type { Plugin } from './plugin.ts';
import type { Stage } from './hooks.ts';
import { jsonSchemaOf } from './schema.ts';

/**
 * What a plugin brings, as plain JSON, without running any of its handlers. `vitascope-plugin manifest` writes it into
 * package.json; the host asks the loaded plugin again and compares.
 *
 * @example
 * ```ts
 * import { definePlugin, describe } from '@vitascope/sdk';
 * const { hooks } = describe(definePlugin({ on: { 'app.ready': async () => {} } }));
 * ```
 */
export function describe(plugin: Plugin): Contributions {
  const described = {
    options: jsonSchemaOf(plugin.options, 'input'),
    provides: plugin.provides?.map(({ contract, data, facts, methods }) => ({
      contract,
      kind: data.kind,
      name: data.name,
      icon: data.icon,
      facts,
      methods: Object.keys(methods).sort(),
      settings: jsonSchemaOf(data.settings, 'input'),
      presets: data.presets,
      login: data.login && Object.keys(data.login).sort(),
      holdsState: data.open ? true : undefined,
    })),
    hooks: (['on', 'filter', 'decide'] as const).flatMap((verb) =>
      Object.entries(plugin[verb] ?? {}).map(([name, tap]) => ({ verb, name, stage: stageOf(tap) })),
    ),
    routes: plugin.routes?.map((r) => ({
      verb: r.verb,
      access: r.access,
      summary: r.summary,
      input: jsonSchemaOf(r.input, 'input'),
      output: jsonSchemaOf(r.output, 'output'),
    })),
    jobs: plugin.jobs?.map((j) => ({
      name: j.name,
      title: j.title,
      schedule: j.schedule,
      retries: j.retries,
      input: jsonSchemaOf(j.input, 'input'),
    })),
    data: plugin.data?.map((c) => ({ name: c.name, index: c.index })),
    pages: plugin.pages?.map(shownAsData),
    widgets: plugin.widgets?.map(shownAsData),
    actions: plugin.actions?.map(({ route, ...rest }) => ({ ...rest, route: route.verb })),
  };
  return withoutEmpty(JSON.parse(JSON.stringify(described))) as Contributions;
}

const stageOf = (tap: unknown): Stage => (tap as { stage?: Stage }).stage ?? 'normal';

const shownAsData = ({ show, ...rest }: Page | Widget) => ({ ...rest, show: show?.map(blockAsData) });

/** Routes and jobs by name: a manifest holds no functions. */
const blockAsData = (block: Block): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(block).map(([key, value]) => {
      if (value?.$ === 'route') return [key, { route: value.verb }];
      if (value?.$ === 'job') return [key, { job: value.name }];
      return [key, value];
    }),
  );

const withoutEmpty = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => !(Array.isArray(v) && v.length === 0)));

/**
 * Every difference between what a manifest declares and what the code registers, both ways, each by its path.
 *
 * @example
 * ```ts
 * import { differences } from '@vitascope/sdk';
 * differences({ jobs: [{ name: 'tidy' }] }, {}); // ['jobs: the manifest says [{"name":"tidy"}], the code says nothing']
 * ```
 */
export function differences(declared: unknown, registered: unknown, at = ''): string[] {
  if (declared === registered) return [];
  if (!isBranch(declared) || !isBranch(registered)) {
    if (JSON.stringify(declared) === JSON.stringify(registered)) return [];
    return [`${at || 'all'}: the manifest says ${brief(declared)}, the code says ${brief(registered)}`];
  }
  const keys = new Set([...Object.keys(declared), ...Object.keys(registered)]);
  return [...keys].flatMap((key) => differences(declared[key], registered[key], at ? `${at}.${key}` : key));
}

const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function brief(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) return 'nothing';
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
