import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeOf, fail } from '../errors.ts';

/** One module to make. */
export interface Bundle {
  folder: string;
  /** Relative to the folder, as `output` is. */
  input: string;
  output: string;
  platform: 'node' | 'browser';
}

/** The part of rolldown 1 that is used: it is the plugin's dependency, not ours. */
interface Rolldown {
  rolldown(options: {
    cwd: string;
    input: string;
    platform: 'node' | 'browser';
    external(name: string): boolean;
    logLevel: 'silent';
  }): Promise<{
    generate(options: { format: 'esm'; codeSplitting: false }): Promise<{ output: Chunk[] }>;
    close(): Promise<void>;
  }>;
}
interface Chunk {
  code: string;
  imports: string[];
  dynamicImports: string[];
}

const isProvided = (name: string): boolean => name === '@vitascope/sdk';

/** Makes one ES module of `input` and everything it imports, but for Node's modules and the SDK. */
export async function bundle({ folder, input, output, platform }: Bundle): Promise<void> {
  const { rolldown } = await loadRolldown(folder);
  const external = (name: string): boolean => platform === 'node' && (isProvided(name) || isBuiltin(name));
  const build = await rolldown({ cwd: folder, input, platform, external, logLevel: 'silent' });
  try {
    const { output: chunks } = await build.generate({ format: 'esm', codeSplitting: false });
    const { code, imports, dynamicImports } = chunks[0]!;
    const foreign = [...imports, ...dynamicImports].find((name) => !external(name));
    if (foreign) refuse(input, foreign, platform);
    await mkdir(dirname(join(folder, output)), { recursive: true });
    await writeFile(join(folder, output), code);
  } catch (cause) {
    if (codeOf(cause) === 'invalid_config') throw cause;
    fail('invalid_config', `${input} cannot be built: ${(cause as Error).message}`, { cause });
  } finally {
    await build.close();
  }
}

function refuse(input: string, foreign: string, platform: Bundle['platform']): never {
  if (platform === 'browser' && (isProvided(foreign) || isBuiltin(foreign)))
    return fail('invalid_config', `${input} runs in a browser, where there is no ${foreign}`);
  return fail('invalid_config', `${input} imports ${foreign}, which is not there: npm install --save-dev ${foreign}`);
}

/** The bundler is a development dependency of the plugin: the server, which has this SDK as well, does not need one. */
async function loadRolldown(folder: string): Promise<Rolldown> {
  let own: string;
  try {
    own = createRequire(join(folder, 'package.json')).resolve('rolldown');
  } catch (cause) {
    return fail('invalid_config', 'Building needs the bundler rolldown: npm install --save-dev rolldown', { cause });
  }
  return (await import(pathToFileURL(own).href)) as Rolldown;
}
