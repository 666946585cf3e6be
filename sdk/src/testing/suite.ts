import assert from 'node:assert/strict';
import { describe as describePlugin, differences } from '../describe.ts';
import { codeOf, type ErrorCode } from '../errors.ts';
import { Contributions } from '../manifest.ts';
import type { Plugin } from '../plugin.ts';
import { createTestHost, type TestHost, type TestHostOptions } from './test-host.ts';

/** The two functions of a test runner that a suite needs; vitest, jest, mocha, bun and node:test all have them. */
export interface Runner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

/** What every suite takes. */
export interface SuiteOptions {
  /** The kind of provider to test. */
  kind: string;
  settings?: Record<string, unknown>;
  /** Options of the plugin. */
  options?: Record<string, unknown>;
  /** The global `describe` and `it` unless told. */
  runner?: Runner;
}

export function runnerOf({ runner }: SuiteOptions): Runner {
  if (runner) return runner;
  const { describe, it } = globalThis as unknown as Partial<Runner>;
  assert(describe && it, 'There are no global describe and it: pass them as `runner`');
  return { describe, it };
}

export const links = ['direct', 'json'] as const;

/** Runs `body` with a host of its own, and afterwards proves that nothing is left open. */
export async function withHost(
  plugin: Plugin,
  options: TestHostOptions,
  body: (host: TestHost) => Promise<void>,
): Promise<void> {
  const host = await createTestHost(plugin, options);
  try {
    await body(host);
    await eventually(() =>
      assert.deepEqual(host.open, { calls: 0, streams: 0, answering: 0 }, 'calls or streams are left open'),
    );
  } finally {
    await host.close();
  }
}

/** What an abort ends needs a moment to end. */
async function eventually(check: () => void): Promise<void> {
  for (let left = 50; ; left--) {
    try {
      return check();
    } catch (error) {
      if (left === 0) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Proves that a promise rejects with one of these codes; the error. */
export async function rejectsWith(
  promise: Promise<unknown>,
  ...codes: ErrorCode[]
): Promise<Error & { retryAfterMs?: number }> {
  const error = await promise.then(
    (value) => assert.fail(`expected ${codes.join(' or ')}, got ${JSON.stringify(value)?.slice(0, 200)}`),
    (e: Error) => e,
  );
  assert(codes.includes(codeOf(error)), `expected ${codes.join(' or ')}, got ${codeOf(error)}: ${error.message}`);
  return error;
}

/** What a plugin says about itself is a manifest, and the same every time. */
export function checkDescription(plugin: Plugin): void {
  const described = describePlugin(plugin);
  const checked = Contributions.safeParse(described);
  assert(checked.success, `The description is no manifest: ${checked.error?.message}`);
  assert.deepEqual(differences(described, describePlugin(plugin)), []);
}

/** Values of settings that must never be seen outside: members whose schema says `secret`. */
export function secretsIn(plugin: Plugin, { kind, settings = {} }: SuiteOptions): string[] {
  const schema = describePlugin(plugin).provides?.find((provider) => provider.kind === kind)?.settings as any;
  return Object.entries(settings).flatMap(([name, value]) =>
    schema?.properties?.[name]?.secret === true && typeof value === 'string' ? [value] : [],
  );
}

/** Remotes that misbehave, and the code each has to end in. */
export const badRemotes: readonly { name: string; respond(): Response; code: ErrorCode }[] = [
  { name: '401', respond: () => new Response('{}', { status: 401 }), code: 'auth' },
  { name: '403', respond: () => new Response('{}', { status: 403 }), code: 'auth' },
  { name: '500', respond: () => new Response('oops', { status: 500 }), code: 'unavailable' },
  { name: '503', respond: () => new Response('', { status: 503 }), code: 'unavailable' },
  { name: 'a page instead of data', respond: () => new Response('<html>Sign in</html>'), code: 'unavailable' },
  { name: 'an answer cut short', respond: () => new Response('{"results": [{"id": 1, "ti'), code: 'unavailable' },
];
