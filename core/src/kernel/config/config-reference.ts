import { stringify } from 'yaml';
import { z } from 'zod';
import { ConfigSchema } from './config.schema.ts';
import { environmentAliases } from './environment.ts';
import { childOf, defaultOf, kindOf, shapeOf, unwrap } from './schema-walk.ts';

/** One member of the configuration, as its reference lists it. */
export interface ConfigMember {
  /** `server.port`; members of a library are `libraries[].name`. */
  path: string;
  kind: string;
  description: string;
  /** Undefined where it has none. */
  default: unknown;
  example: unknown;
  /** Has members of its own. */
  isSection: boolean;
}

/** Every member of the configuration, sections before what is in them. */
export function configMembers(): ConfigMember[] {
  return membersOf(ConfigSchema, '');
}

function membersOf(schema: z.ZodType, prefix: string): ConfigMember[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, child]) => {
    const path = prefix + key;
    const isSection = shapeOf(child) !== undefined;
    const element = kindOf(child) === 'array' ? childOf(child, 0) : undefined;
    const own = {
      path,
      kind: describeKind(child),
      description: descriptionOf(child),
      default: defaultOf(child),
      example: exampleOf(child),
      isSection,
    };
    if (isSection) return [own, ...membersOf(child, `${path}.`)];
    return element && shapeOf(element) ? [own, ...membersOf(element, `${path}[].`)] : [own];
  });
}

const descriptionOf = (schema: z.ZodType): string =>
  schema.meta()?.description ?? unwrap(schema).meta()?.description ?? '';

function exampleOf(schema: z.ZodType): unknown {
  const { examples } = (schema.meta() ?? {}) as { examples?: unknown[] };
  return examples?.[0];
}

function describeKind(schema: z.ZodType): string {
  const kind = kindOf(schema);
  if (kind === 'enum') return (unwrap(schema) as z.ZodEnum).options.map((option) => `\`${option}\``).join(', ');
  const names: Record<string, string> = {
    string: 'text',
    number: 'number',
    boolean: 'true or false',
    array: 'list',
    object: 'section',
    record: 'mapping',
  };
  return names[kind] ?? kind;
}

/** JSON Schema 2020-12 of the configuration file, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(ConfigSchema, { io: 'input', unrepresentable: 'any' });
  return { $schema, title: 'Vitascope configuration', ...schema };
}

/** A configuration file in which every member stands, commented out, with its default or an example. */
export function configExample(): string {
  const head = `# yaml-language-server: $schema=./vitascope.schema.json
#
# Configuration of a Vitascope server. Copy it to config/vitascope.yaml and take the # away from what you want to change;
# what is shown is the default, or an example where there is none. Every member can be set by an environment variable
# instead: server.port is VITASCOPE__SERVER__PORT. A text may refer to a variable, \${env:NAME}, or a file, \${file:/path}.
# \`vitascope config check\` reports every fault at once.
`;
  return (
    head +
    Object.entries(shapeOf(ConfigSchema) ?? {})
      .map(([key, schema]) => `\n${exampleLines(key, schema).join('\n')}\n`)
      .join('')
  );
}

function exampleLines(key: string, schema: z.ZodType): string[] {
  const comment = wrap(descriptionOf(schema)).map((line) => `# ${line}`);
  const shape = shapeOf(schema);
  if (shape) {
    const members = Object.entries(shape).flatMap(([name, child]) =>
      exampleLines(name, child).map((line) => `  ${line}`),
    );
    return [...comment, `${key}:`, ...members];
  }
  const value = exampleOf(schema) ?? defaultOf(schema);
  const text = stringify({ [key]: value }, { lineWidth: 0 }).trimEnd();
  return [...comment, ...text.split('\n').map((line) => `#${line}`)];
}

function wrap(text: string, width = 110): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The reference of the configuration as Markdown. */
export function configReference(): string {
  const members = configMembers();
  const sections = members.filter(({ path, isSection }) => isSection && !path.includes('.'));
  const top = members.filter(({ path, isSection }) => !isSection && !/[.[]/.test(path));
  return `# Configuration

Generated from the schema by \`npm run reference\`.

Values come from the configuration file (\`--config\`, else \`VITASCOPE_CONFIG\`, else \`config/vitascope.yaml\`), and the
environment overrides them: \`server.port\` is \`VITASCOPE__SERVER__PORT\`, in letters of any case; lists are separated by commas or
written as JSON. A text may refer to a variable, \`\${env:NAME}\`, or to a file, \`\${file:/run/secrets/name}\`. Relative paths count from the
working directory. Without a configuration file the server shows its demo library.

Faults are reported all at once, each with line and column, and end the start with exit code 78; \`vitascope config check\` does only that.
Values that the file or the environment sets are locked in the web app, which says where they come from.

## Top level

${table(top)}
${sections.map(({ path, description }) => `\n## ${path}\n\n${description}\n\n${table(members.filter((member) => member.path.startsWith(`${path}.`) && !member.isSection))}\n`).join('')}
## libraries

${table(members.filter(({ path }) => path.startsWith('libraries[].')))}

## Older names of variables

| variable | member |
| --- | --- |
${environmentAliases.map(([variable, member]) => `| \`${variable}\` | \`${member}\` |`).join('\n')}
`;
}

function table(members: readonly ConfigMember[]): string {
  const rows = members.map(({ path, kind, description, ...member }) => {
    const preset = member.default === undefined ? '' : `\`${JSON.stringify(member.default)}\``;
    return `| \`${path}\` | ${kind} | ${preset} | ${description.replaceAll('|', '\\|')} |`;
  });
  return ['| member | value | default | |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
