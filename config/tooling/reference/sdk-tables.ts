import { hookNames } from '../../../sdk/src/hooks.ts';
import { contracts } from '../../../core/src/kernel/plugins/contract-registry.ts';
import type { MethodSpec } from '../../../sdk/src/contract.ts';

const verbs = {
  on: 'After the fact, in parallel; nothing comes back.',
  filter: 'A changed copy, or undefined to leave it.',
  decide: 'The first answer wins; undefined is no opinion.',
} as const;

/** Every hook by verb. */
export const hookTables = (): string =>
  Object.entries(verbs)
    .map(
      ([verb, sentence]) =>
        `**${verb}**: ${sentence} ${hookNames[verb as keyof typeof verbs].map((name) => `\`${name}\``).join(', ')}`,
    )
    .join('\n\n');

/** Every contract with its methods and deadlines. */
export function contractTable(): string {
  const rows = contracts.flatMap(({ id, methods }) =>
    Object.entries(methods as Record<string, MethodSpec>).map(
      ([name, { optional, feed, deadlineMs }]) =>
        `| \`${id}\` | \`${name}\` | ${optional ? 'optional' : 'required'}${feed ? ', feed' : ''} | ${deadlineMs / 1000} s |`,
    ),
  );
  return ['| contract | method | | deadline |', '|---|---|---|---|', ...rows].join('\n');
}
