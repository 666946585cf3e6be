import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fail } from '../errors.ts';
import { listFiles } from './list-files.ts';
import { readPluginPackage } from './plugin-package.ts';

/** Runs a plugin's tests with Node's own runner, which reads TypeScript as it is; the exit code. */
export async function runTests(path: string, options: readonly string[]): Promise<number> {
  const { folder } = await readPluginPackage(path);
  const files = (await listFiles(folder)).filter((file) => /\.test\.[cm]?[jt]s$/.test(file));
  if (files.length === 0) fail('invalid_config', `${folder} has no test: a test is a file such as src/index.test.ts`);
  // Node leaves out the tests of a test that is running already.
  const { NODE_TEST_CONTEXT: _ours, ...env } = process.env;
  const child = spawn(process.execPath, ['--test', ...options, ...files], { cwd: folder, env, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
