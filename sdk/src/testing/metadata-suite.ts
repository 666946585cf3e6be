import assert from 'node:assert/strict';
import { metadata } from '../contracts/metadata.ts';
import type { MediaEntry, MediaType } from '../media.ts';
import type { Plugin } from '../plugin.ts';
import {
  badRemotes,
  checkDescription,
  links,
  rejectsWith,
  runnerOf,
  secretsIn,
  withHost,
  type SuiteOptions,
} from './suite.ts';
import type { TestHost, TestHostOptions } from './test-host.ts';

/** Examples for {@link describeMetadata}. */
export interface MetadataExamples extends SuiteOptions {
  /** Plays the remote when all is well; absent for a source that has none. */
  respond?: TestHostOptions['respond'];
  /** A search with results. */
  found: { type: MediaType; query: string; year?: number };
  /** A search without any. */
  nothing: { type: MediaType; query: string };
  /** A search with more than one page. */
  paged?: { type: MediaType; query: string };
  /** A title the source knows. */
  entry: { type: MediaType; id: string };
  /** An id it does not know. */
  missing: { type: MediaType; id: string };
  /** A type it does not have. */
  unsupported?: MediaType;
}

type Examples = MetadataExamples;
const deadlineMs = 10_000;

/**
 * The conformance suite of `metadata@1`: the happy path, nothing found, paging, abort, deadline, bad remotes, repetition and
 * leaks, in memory and through text.
 *
 * @example
 * ```ts
 * import { definePlugin, fail, metadata } from '@vitascope/sdk';
 * import { describeMetadata } from '@vitascope/sdk/testing';
 * const film = { type: 'movie' as const, id: '1', title: 'A Film' };
 * const plugin = definePlugin({
 *   provides: [
 *     metadata(
 *       { kind: 'one', name: 'One film', media: ['movie'] },
 *       {
 *         check: async () => {},
 *         search: async ({ query }) => ({ items: film.title.includes(query) ? [film] : [] }),
 *         get: async ({ id }) => (id === film.id ? film : fail('not_found', `No film ${id}`)),
 *       },
 *     ),
 *   ],
 * });
 * describeMetadata(plugin, {
 *   kind: 'one',
 *   found: { type: 'movie', query: 'Film' },
 *   nothing: { type: 'movie', query: 'zzz' },
 *   entry: { type: 'movie', id: '1' },
 *   missing: { type: 'movie', id: '2' },
 * });
 * ```
 */
export function describeMetadata(plugin: Plugin, examples: MetadataExamples): void {
  const { describe } = runnerOf(examples);
  for (const link of links) describe(`metadata@1 ${examples.kind}, ${link}`, () => tests(plugin, examples, link));
}

function tests(plugin: Plugin, examples: Examples, link: 'direct' | 'json'): void {
  const { it } = runnerOf(examples);
  const { kind, settings, options, respond } = examples;
  const run = (body: (host: TestHost, id: string) => Promise<void>, answer = respond) =>
    withHost(plugin, { link, options, respond: answer }, async (host) =>
      body(host, await host.connect({ contract: metadata.id, kind, settings })),
    );

  it('describes itself', async () => checkDescription(plugin));
  it('passes its own test', () => run(async (host, id) => void (await host.check(id))));
  it('finds titles', () => run((host, id) => finds(host, id, examples)));
  it('finds nothing where there is nothing', () =>
    run(async (host, id) => {
      assert.deepEqual((await search(host, id, examples.nothing)).items, []);
    }));
  if (examples.paged)
    it('goes through all pages, each title once', () => run((host, id) => pages(host, id, examples.paged!)));
  it('tells all about a title, the same every time', () => run((host, id) => tells(host, id, examples)));
  it('does not know what is not there', () =>
    run(async (host, id) => void (await rejectsWith(get(host, id, examples.missing), 'not_found'))));
  if (examples.unsupported) {
    it('refuses a type it does not have', () =>
      run(async (host, id) => {
        await rejectsWith(search(host, id, { type: examples.unsupported!, query: 'x' }), 'unsupported');
      }));
  }
  it('takes back a call at once', () =>
    run(async (host, id) => {
      const call = get(host, id, examples.entry, {
        signal: AbortSignal.abort(Object.assign(new Error('left'), { code: 'cancelled' })),
      });
      await rejectsWith(call, 'cancelled');
    }));
  if (respond) remoteTests(plugin, examples, run);
}

type Run = (body: (host: TestHost, id: string) => Promise<void>, answer?: TestHostOptions['respond']) => Promise<void>;

function remoteTests(plugin: Plugin, examples: Examples, run: Run): void {
  const { it } = runnerOf(examples);
  const secrets = secretsIn(plugin, examples);
  for (const { name, respond, code } of badRemotes) {
    it(`answers ${code} when the remote answers ${name}`, () =>
      run(async (host, id) => {
        const error = await rejectsWith(search(host, id, examples.found), code);
        const seen = JSON.stringify([error.message, host.seen.log]);
        for (const secret of secrets) assert(!seen.includes(secret), 'a secret stands in an error or the log');
      }, respond));
  }
  it('waits as long as a 429 says', () =>
    run(
      async (host, id) => {
        const error = await rejectsWith(get(host, id, examples.entry), 'rate_limited');
        assert.equal(error.retryAfterMs, 7000);
      },
      () => new Response('', { status: 429, headers: { 'retry-after': '7' } }),
    ));
  it('lets go of a remote that does not answer, when the deadline passes', () => {
    const left = Promise.withResolvers<void>();
    const never = (request: Request) =>
      new Promise<Response>((_, reject) => {
        request.signal.addEventListener('abort', () => {
          left.resolve();
          reject(request.signal.reason);
        });
      });
    return run(async (host, id) => {
      await rejectsWith(get(host, id, examples.entry, { deadlineMs: 100 }), 'timeout');
      await left.promise;
    }, never);
  });
}

type SearchInput = { type: MediaType; query: string; year?: number; cursor?: string };

const search = (host: TestHost, id: string, input: SearchInput) =>
  host.call(id, { contract: metadata, method: 'search', input }, { deadlineMs });

const get = (
  host: TestHost,
  id: string,
  input: { type: MediaType; id: string },
  o: { signal?: AbortSignal; deadlineMs?: number } = {},
) => host.call(id, { contract: metadata, method: 'get', input }, { deadlineMs, ...o });

async function finds(host: TestHost, id: string, { found }: Examples): Promise<void> {
  const { items } = await search(host, id, found);
  assert(items.length > 0, `nothing was found for "${found.query}"`);
  assert.deepEqual([...new Set(items.map((item) => item.type))], [found.type]);
  const [first] = items;
  assert.equal((await get(host, id, { type: found.type, id: first!.id })).id, first!.id);
}

async function pages(host: TestHost, id: string, paged: { type: MediaType; query: string }): Promise<void> {
  const ids: string[] = [];
  let cursor: string | undefined;
  let count = 0;
  do {
    const page: { items: MediaEntry[]; next?: string } = await search(host, id, {
      ...paged,
      ...(cursor !== undefined && { cursor }),
    });
    ids.push(...page.items.map((item) => item.id));
    assert.notEqual(page.next, cursor ?? '', 'the cursor does not move on');
    cursor = page.next;
  } while (cursor !== undefined && ++count < 50);
  assert(count > 0, 'there is only one page');
  assert.equal(cursor, undefined, 'there is no end after 50 pages');
  assert.equal(new Set(ids).size, ids.length, 'a title stands on two pages');
}

async function tells(host: TestHost, id: string, { entry }: Examples): Promise<void> {
  const first = await get(host, id, entry);
  assert.deepEqual([first.type, first.id], [entry.type, entry.id]);
  assert.deepEqual(await get(host, id, entry), first);
}
