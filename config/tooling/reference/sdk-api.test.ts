import path from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSdkProgram, readSdk, type SdkEntry } from './sdk-exports.ts';

const root = path.join(import.meta.dirname, '../../..');
/** What authors call; the rest is types, or explained by one of these. */
const shown = [
  'collection',
  'codeOf',
  'createTestHost',
  'defineContract',
  'definePlugin',
  'describe',
  'describeLocalMetadata',
  'describeMetadata',
  'differences',
  'fail',
  'job',
  'localMetadata',
  'metadata',
  'oauth2',
  'page',
  'route',
  'secret',
  'Ctx',
  'JobCtx',
  'Mount',
  'Schema',
];

describe('the SDK', { timeout: 120_000 }, () => {
  let entries: SdkEntry[];
  beforeAll(() => {
    entries = readSdk(root);
  }, 120_000);

  it('documents every export with a sentence', () => {
    const bare = entries.flatMap(({ specifier, exports }) =>
      exports
        .filter(({ name, summary }) => name !== 'z' && !/[.:]$/.test(summary))
        .map(({ name }) => `${specifier} ${name}`),
    );
    expect(bare).toEqual([]);
  });

  it('shows by example how to use what authors call', () => {
    const withExample = new Set(
      entries.flatMap(({ exports }) => exports.filter((e) => e.examples.length).map(({ name }) => name)),
    );
    expect(shown.filter((name) => !withExample.has(name))).toEqual([]);
  });

  it('has examples that compile', () => {
    const files = new Map<string, string>();
    for (const { exports } of entries) {
      for (const { name, examples } of exports) {
        for (const [i, code] of examples.entries())
          files.set(path.join(root, `sdk/src/example-${name}-${i}.ts`), `${code}\nexport {};\n`);
      }
    }
    const program = createSdkProgram(root, files);
    const faults = [...files.keys()].flatMap((file) => {
      const source = program.getSourceFile(file)!;
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
        (d) => `${path.basename(file)}: ${ts.flattenDiagnosticMessageText(d.messageText, ' ')}`,
      );
    });
    expect(files.size).toBeGreaterThan(20);
    expect(faults).toEqual([]);
  });

  it('keeps the messages about a wrong provider short', () => {
    const file = path.join(root, 'sdk/src/example-wrong.ts');
    const code = `
      import { metadata, secret, z } from './index.ts';
      metadata(
        { kind: 'k', name: 'K', media: ['movie'], settings: z.object({ a: secret(), b: z.url(), c: z.int().default(1), d: z.string().optional() }) },
        { check: async () => {}, search: async () => ({ items: [{ id: 7, title: 'x' }] }), get: async ({ id }) => ({ id, type: 'film', title: 'x' }) },
      );
      metadata({ kind: 'k', name: 'K', media: ['movie'] }, { check: async () => {}, serch: async () => ({ items: [] }), get: async ({ id, type }) => ({ id, type, title: 'x' }) });
    `;
    const program = createSdkProgram(root, new Map([[file, code]]));
    const messages = program
      .getSemanticDiagnostics(program.getSourceFile(file)!)
      .map((d) => ts.flattenDiagnosticMessageText(d.messageText, '\n'));
    expect(messages.length).toBeGreaterThanOrEqual(2);
    for (const message of messages) expect(message.length, message).toBeLessThan(1500);
  });
});
