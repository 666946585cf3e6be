import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { collectContracts, type Contracts } from '../../../core/src/kernel/http/contracts.ts';

/** Every endpoint and every exported schema of the `*.schema.ts` files of core. */
export async function loadContracts(root: string): Promise<Contracts> {
  // The configuration file has a schema, a reference and an editor's help of its own.
  const files = globSync('core/src/**/*.schema.ts', { cwd: root }).filter((file) => !file.endsWith('config.schema.ts'));
  const imported = files
    .sort()
    .map((file) => import(pathToFileURL(path.join(root, file)).href) as Promise<Record<string, unknown>>);
  return collectContracts(await Promise.all(imported));
}
