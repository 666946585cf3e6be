import { buildPlugin } from './cli/build.ts';
import { checkManifest, writeManifest } from './cli/describe-folder.ts';
import { developPlugin } from './cli/develop.ts';
import { packPlugin } from './cli/pack.ts';
import { readPluginPackage } from './cli/plugin-package.ts';
import { runTests } from './cli/run-tests.ts';
import { codeOf } from './errors.ts';

const usage = `vitascope-plugin manifest [folder]        writes what the plugin brings into its package.json
vitascope-plugin check [folder]           says whether package.json and code agree
vitascope-plugin build [folder]           bundles src/index.ts into dist/, the pages of src/web into web/
vitascope-plugin test [folder] [-- ...]   runs its tests (*.test.ts, *.test.js); what follows -- goes to node --test
vitascope-plugin pack [folder]            builds, checks, and writes the one file that a server installs
vitascope-plugin dev [folder] --server-data <folder> --token <token> [--url <address>]
                                          on every save builds it and has a running server take it over;
                                          VITASCOPE_DATA_DIR, VITASCOPE_TOKEN and VITASCOPE_URL say the same
`;

const commands: Record<string, (folder: string, rest: readonly string[]) => Promise<number>> = {
  manifest: async (folder) => writeManifest(await readPluginPackage(folder)),
  check: async (folder) => checkManifest(await readPluginPackage(folder)),
  build: async (folder) => buildPlugin(await readPluginPackage(folder)),
  pack: packPlugin,
  test: runTests,
};

/** The command `vitascope-plugin`; the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const work = understood(args);
  if (!work) {
    process.stderr.write(usage);
    return 64;
  }
  try {
    return await work();
  } catch (error) {
    // A fault of the plugin is shown where it is thrown; what we refuse needs no stack.
    const { message, stack } = error as Error;
    process.stderr.write(`${codeOf(error) === 'internal' ? (stack ?? message) : message}\n`);
    return 1;
  }
}

function understood(args: readonly string[]): (() => Promise<number>) | undefined {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const [name = '', ...words] = args.slice(0, end);
  if (name === 'dev') return () => developPlugin(words);
  const [folder = '.', ...others] = words;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command || folder.startsWith('-') || others.length > 0) return undefined;
  return () => command(folder, args.slice(end + 1));
}
