import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['source', 'node'] };
/** Once more in CI, whose machine is shared with others: what fails twice is broken. At home every failure counts at once. */
const retry = process.env.CI ? 1 : 0;
const ssr = { resolve: { conditions: ['source', 'node'] } };

/** Unit tests lie beside their source; tests/api, tests/e2e and tests/regression have projects of their own. */
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
            '{sdk,core}/src/**/*.test.ts',
            'plugins/*/src/**/*.test.ts',
            'web/src/**/*.test.ts',
            'config/tooling/**/*.test.ts',
          ],
          testTimeout: 20_000,
          retry,
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
          testTimeout: 60_000,
          retry,
          hookTimeout: 60_000,
        },
      })),
      {
        resolve,
        ssr,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 180_000,
          retry,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
