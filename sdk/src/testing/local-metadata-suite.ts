import assert from 'node:assert/strict';
import { localMetadata, type Description, type Subject } from '../contracts/local-metadata.ts';
import type { MediaData } from '../media.ts';
import type { Plugin } from '../plugin.ts';
import { checkDescription, links, rejectsWith, runnerOf, withHost, type SuiteOptions } from './suite.ts';
import type { TestHost } from './test-host.ts';

/** Examples for {@link describeLocalMetadata}. */
export interface LocalMetadataExamples extends SuiteOptions {
  /** Subjects with their sidecars, and some of what they say. */
  examples: { subject: Subject; says: Partial<MediaData> }[];
}

const junk = (path: string): { name: string; text: string }[] => [
  { name: 'empty', text: '' },
  { name: 'blank', text: ' \n\t\n' },
  { name: 'prose', text: 'This is no such file.' },
  { name: 'bytes', text: '\u0000\uFFFD\u0001\u001B[2J' },
  { name: 'half', text: '<movie><title>Half a' },
  { name: 'long', text: 'x<&>"'.repeat(50_000) },
  { name: 'deep', text: '<a>'.repeat(50_000) },
  { name: path, text: '{"unfinished": [' },
];

/**
 * The conformance suite of `localMetadata@1`: the examples, order and count, hostile text, writing and reading back, abort and
 * leaks, in memory and through text.
 *
 * @example
 * ```ts
 * import { definePlugin, localMetadata } from '@vitascope/sdk';
 * import { describeLocalMetadata } from '@vitascope/sdk/testing';
 * const plugin = definePlugin({
 *   provides: [
 *     localMetadata(
 *       { kind: 'txt', name: 'Text', files: { movie: ['{stem}.txt'] } },
 *       {
 *         check: async () => {},
 *         read: async ({ subjects }) => ({
 *           descriptions: subjects.map(({ type, files: [file] }) =>
 *             file?.text.startsWith('Title: ') ? { data: { type, title: file.text.slice(7) }, confidence: 0.5 } : { confidence: 0 },
 *           ),
 *         }),
 *       },
 *     ),
 *   ],
 * });
 * describeLocalMetadata(plugin, {
 *   kind: 'txt',
 *   examples: [
 *     { subject: { name: 'a.mkv', type: 'movie', files: [{ path: 'a.txt', text: 'Title: A Film' }] }, says: { title: 'A Film' } },
 *   ],
 * });
 * ```
 */
export function describeLocalMetadata(plugin: Plugin, examples: LocalMetadataExamples): void {
  const { describe } = runnerOf(examples);
  for (const link of links) describe(`localMetadata@1 ${examples.kind}, ${link}`, () => tests(plugin, examples, link));
}

function tests(plugin: Plugin, o: LocalMetadataExamples, link: 'direct' | 'json'): void {
  const { it } = runnerOf(o);
  const { kind, settings, options } = o;
  const run = (body: (host: TestHost, id: string) => Promise<void>) =>
    withHost(plugin, { link, options }, async (host) =>
      body(host, await host.connect({ contract: localMetadata.id, kind, settings })),
    );
  const subjects = o.examples.map(({ subject }) => subject);

  it('describes itself, with globs inside the folder', async () => {
    checkDescription(plugin);
    checkGlobs(plugin, kind);
  });
  it('passes its own test', () => run(async (host, id) => void (await host.check(id))));
  it('reads the examples, the same every time', () =>
    run(async (host, id) => {
      const descriptions = await read(host, id, subjects);
      for (const [i, { says, subject }] of o.examples.entries()) checkSays(descriptions[i], says, subject);
      assert.deepEqual(await read(host, id, subjects), descriptions);
    }));
  it('has nothing to say about nothing', () =>
    run(async (host, id) => {
      assert.deepEqual(await read(host, id, []), []);
      const [bare] = await read(host, id, [{ ...subjects[0]!, files: [] }]);
      assert.equal(bare?.data, undefined);
    }));
  it('answers 500 at once, in order', () =>
    run(async (host, id) => {
      const many = Array.from({ length: 500 }, (_, i) => (i % 2 ? { ...subjects[0]!, files: [] } : subjects[0]!));
      const descriptions = await read(host, id, many);
      assert.equal(descriptions.length, 500);
      for (const [i, { data }] of descriptions.entries())
        assert.equal(data === undefined, i % 2 === 1, `answer ${i} is not in its place`);
    }));
  it('takes hostile text as a problem, not as an error', () => run((host, id) => survives(host, id, subjects[0]!)));
  it('takes back a call at once', () =>
    run(async (host, id) => {
      const signal = AbortSignal.abort(Object.assign(new Error('left'), { code: 'cancelled' }));
      await rejectsWith(read(host, id, subjects, signal), 'cancelled');
    }));
  const writes = plugin.provides?.find((p) => p.data.kind === kind && p.contract === localMetadata.id)?.methods.write;
  if (writes) it('reads back what it writes', () => run((host, id) => writesAndReads(host, id, o)));
}

async function read(host: TestHost, id: string, subjects: Subject[], signal?: AbortSignal): Promise<Description[]> {
  const call = { contract: localMetadata, method: 'read' as const, input: { subjects } };
  return (await host.call(id, call, { ...(signal && { signal }) })).descriptions;
}

function checkGlobs(plugin: Plugin, kind: string): void {
  const facts = plugin.provides?.find((p) => p.data.kind === kind && p.contract === localMetadata.id)?.facts as
    { files: Record<string, string[]>; pictures?: Record<string, string[]> } | undefined;
  const globs = [...Object.values(facts?.files ?? {}), ...Object.values(facts?.pictures ?? {})].flat();
  assert(globs.length > 0, 'there are no globs');
  for (const glob of globs) assert(!/^[/\\]|\.\.|^[a-z]:/i.test(glob), `the glob ${glob} leads out of the folder`);
}

function checkSays(description: Description | undefined, says: Partial<MediaData>, subject: Subject): void {
  assert(description?.data, `nothing was read of ${subject.name}: ${description?.problem}`);
  const read = Object.fromEntries(Object.keys(says).map((key) => [key, description.data![key as keyof MediaData]]));
  assert.deepEqual(read, says, `${subject.name} was read differently`);
}

async function survives(host: TestHost, id: string, example: Subject): Promise<void> {
  const path = example.files[0]?.path ?? 'file';
  const hostile = junk(path).map(({ name, text }) => ({ name, type: example.type, files: [{ path, text }] }));
  const descriptions = await read(host, id, hostile);
  assert.equal(descriptions.length, hostile.length);
  for (const { data } of descriptions) {
    for (const { path: picture } of data?.artwork ?? [])
      assert(!picture?.startsWith('/') && !picture?.includes('..'), 'a picture lies outside');
  }
}

async function writesAndReads(host: TestHost, id: string, { examples }: LocalMetadataExamples): Promise<void> {
  for (const { subject } of examples) {
    const [before] = await read(host, id, [subject]);
    const input = { name: subject.name, data: before!.data! };
    const { files } = await host.call(id, { contract: localMetadata, method: 'write', input });
    assert(files.length > 0, 'nothing was written');
    for (const { path } of files) assert(!/^[/\\]|\.\./.test(path), `${path} lies outside the folder`);
    const [after] = await read(host, id, [{ ...subject, files }]);
    const kept = ({ type, title, ids, season, episode }: MediaData) => ({ type, title, ids, season, episode });
    assert.deepEqual(kept(after!.data!), kept(before!.data!));
  }
}
