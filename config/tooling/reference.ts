/**
 * Writes what can be read off the code: references, the example configuration, the web app's API types.
 *   node --conditions=source config/tooling/reference.ts [--check]
 * With `--check` nothing is written; files that differ are named and the exit code is 1.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import openapiTypes, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { configExample, configJsonSchema, configReference } from '../../core/src/kernel/config/config-reference.ts';
import { describeApi } from '../../core/src/kernel/http/openapi.ts';
import { loadContracts } from './reference/contracts.ts';
import { describeCli } from './reference/cli.ts';
import { describeErrors } from './reference/errors.ts';
import { describeDatabase } from './reference/schema.ts';
import { describeSdk } from './reference/sdk-api.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as { version: string };
const api = describeApi({ version, ...(await loadContracts(root)) });

/** File, relative to the checkout → what it should contain. */
const documents: Record<string, () => string | Promise<string>> = {
  'config/vitascope.example.yaml': configExample,
  'config/vitascope.schema.json': () => `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  'docs/reference/cli.md': () => describeCli(root),
  'docs/reference/configuration.md': configReference,
  'docs/reference/errors.md': describeErrors,
  'docs/reference/openapi.json': () => `${JSON.stringify(api, null, 1)}\n`,
  'docs/reference/schema.md': () => describeDatabase(root),
  'docs/reference/sdk-api.md': () => describeSdk(root),
  'web/src/lib/api/schema.d.ts': async () =>
    `// Generated from docs/reference/openapi.json; run \`npm run reference\`.\n${astToString(await openapiTypes(api as unknown as OpenAPI3))}`,
};

const current = async (file: string): Promise<string> =>
  readFile(path.join(root, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });

let drifted = 0;
for (const [file, generate] of Object.entries(documents)) {
  const wanted = await generate();
  if (wanted === (await current(file))) continue;
  if (values.check) {
    drifted += 1;
    console.error(`${file} is not what the code says; run \`npm run reference\` and commit it.`);
  } else {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), wanted);
    console.log(`wrote ${file}`);
  }
}
if (drifted > 0) process.exitCode = 1;
