import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['source', 'node'] };
const ssr = { resolve: { conditions: ['source', 'node'] } };
/** How long `expect.poll` waits for what must happen: patience for a machine shared with others, which costs nothing elsewhere. */
const expect = { poll: { timeout: 10_000 } };

/**
 * Unit tests lie beside their source; tests/api, tests/e2e and tests/regression have projects of their own. Nothing is tried
 * twice: a test that fails now and then has found something, in the code or in itself.
 */
export default defineConfig({
  resolve,
  ssr,
  test: {
    root: new URL('..', import.meta.url).pathname,
    slowTestThreshold: 5_000,
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: [
            '{sdk,sdk/create,core}/src/**/*.test.ts',
            'plugins/*/src/**/*.test.ts',
            'web/src/**/*.test.ts',
            'config/tooling/**/*.test.ts',
          ],
          expect,
          testTimeout: 20_000,
        },
      },
      ...(['sqlite', 'postgresql'] as const).map((dialect) => ({
        resolve,
        ssr,
        test: {
          name: `api-${dialect}`,
          include: ['tests/api/**/*.test.ts', 'tests/regression/**/*.test.ts'],
          env: { VITASCOPE_TEST_DIALECT: dialect },
          globalSetup: dialect === 'postgresql' ? ['tests/harness/postgres.setup.ts'] : [],
          expect,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      })),
      {
        resolve,
        ssr,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          expect,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
