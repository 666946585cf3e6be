import { contractTable, hookTables } from './sdk-tables.ts';
import { readSdk, type SdkExport } from './sdk-exports.ts';

const intros: Record<string, string> = {
  '@vitascope/sdk': 'What plugins import.',
  '@vitascope/sdk/web': 'What page modules are made against. Types only: a page shares no code with the app.',
  '@vitascope/sdk/testing': 'A test host and one conformance suite for each contract.',
  '@vitascope/sdk/runtime':
    'The machinery between host and plugin, for the server and for test hosts. Plugins never need it.',
};

/** The SDK's reference: every export with its first sentence and its declaration. A changed line here is a changed interface. */
export function describeSdk(root: string): string {
  const sections = readSdk(root).map(({ specifier, exports }) =>
    [`## ${specifier}`, '', intros[specifier] ?? '', '', ...exports.flatMap(describeExport)].join('\n'),
  );
  return [
    '# The SDK',
    '',
    'Generated from the sources of `@vitascope/sdk`; run `npm run reference`. How to begin: [write a plugin](../guides/write-a-plugin.md).',
    '',
    '## Hooks',
    '',
    hookTables(),
    '',
    '## Contracts',
    '',
    contractTable(),
    '',
    ...sections,
  ].join('\n');
}

const describeExport = ({ name, summary, declarations }: SdkExport): string[] => [
  `### ${name}`,
  '',
  summary,
  '',
  '```ts',
  ...declarations,
  '```',
  '',
];
