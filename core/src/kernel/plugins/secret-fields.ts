import { AppError } from '../errors.ts';

type Values = Record<string, unknown>;
type JsonSchema = Record<string, any>;

/** Settings without secrets, and the secrets by dotted path. */
export interface SplitSettings {
  plain: Values;
  secrets: Record<string, string>;
}

/** Takes the members that the schema marks `secret` out of settings. A null secret is one to remove, and is named in `removed`. */
export function splitSecrets(schema: JsonSchema | undefined, values: Values): SplitSettings & { removed: string[] } {
  const secrets: Record<string, string> = {};
  const removed: string[] = [];
  const visit = (value: unknown, node: JsonSchema | undefined, path: string): unknown => {
    if (isSecret(node)) {
      if (value === null) removed.push(path);
      else if (typeof value === 'string') secrets[path] = value;
      else if (value !== undefined) throw new AppError('invalid_config', `${path}: a secret is text.`);
      return undefined;
    }
    if (Array.isArray(value)) return value.map((item, i) => visit(item, node?.items, `${path}.${i}`));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).map(
      ([key, member]) => [key, visit(member, node?.properties?.[key], path ? `${path}.${key}` : key)] as const,
    );
    return Object.fromEntries(members.filter(([, member]) => member !== undefined));
  };
  return { plain: visit(values, schema, '') as Values, secrets, removed };
}

const isSecret = (node: JsonSchema | undefined): boolean =>
  node?.secret === true || (node?.anyOf ?? []).some((option: JsonSchema) => option.secret === true);

/** Puts secrets back where they belong. */
export function joinSecrets({ plain, secrets }: SplitSettings): Values {
  const joined = structuredClone(plain);
  for (const [path, secret] of Object.entries(secrets)) {
    const keys = path.split('.');
    const last = keys.pop()!;
    if ([...keys, last].includes('__proto__')) continue;
    let at = joined as any;
    for (const key of keys) at = at?.[key] ?? (Array.isArray(at) ? undefined : (at[key] = {}));
    if (typeof at === 'object' && at !== null) at[last] = secret;
  }
  return joined;
}

/** The secrets after a change: given ones replace, removed ones go, others stay. */
export const mergeSecrets = (
  before: Record<string, string>,
  change: { secrets: Record<string, string>; removed: readonly string[] },
): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...before, ...change.secrets }).filter(([path]) => !change.removed.includes(path)),
  );
