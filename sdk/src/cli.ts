import { buildPlugin } from './cli/build.ts';
import { checkManifest, writeManifest } from './cli/describe-folder.ts';
import { packPlugin } from './cli/pack.ts';
import { readPluginPackage } from './cli/plugin-package.ts';
import { runTests } from './cli/run-tests.ts';
import { codeOf } from './errors.ts';

const usage = `vitascope-plugin manifest [folder]        writes what the plugin brings into its package.json
vitascope-plugin check [folder]           says whether package.json and code agree
vitascope-plugin build [folder]           bundles src/index.ts into dist/, the pages of src/web into web/
vitascope-plugin test [folder] [-- ...]   runs its tests (*.test.ts, *.test.js); what follows -- goes to node --test
vitascope-plugin pack [folder]            builds, checks, and writes the one file that a server installs
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
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const [name = '', folder = '.', ...others] = args.slice(0, end);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command || folder.startsWith('-') || others.length > 0) {
    process.stderr.write(usage);
    return 64;
  }
  try {
    return await command(folder, args.slice(end + 1));
  } catch (error) {
    // A fault of the plugin is shown where it is thrown; what we refuse needs no stack.
    const { message, stack } = error as Error;
    process.stderr.write(`${codeOf(error) === 'internal' ? (stack ?? message) : message}\n`);
    return 1;
  }
}
