import { installPaths } from '../install-paths.ts';
import type { AppError } from '../kernel/errors.ts';
import { codeOf } from '../kernel/errors.ts';
import { describeConfigFaults, type LoadedConfig } from '../kernel/config/load-config.ts';
import { loadCommandConfig, type CommandContext } from './command-context.ts';
import { fault, ok, type Finding } from './findings.ts';
import {
  checkDataDir,
  checkDiskSpace,
  checkNode,
  checkProgram,
  checkRootFolder,
  checkWebApp,
} from './machine-checks.ts';
import { checkStore } from './store-checks.ts';

export interface DoctorOptions {
  json?: boolean;
}

const signs = { ok: '✓', warning: '!', fault: '✗' } as const;

/** Looks for what is wrong with this installation. Resolves to 1 when something is. */
export async function doctor(context: CommandContext, { json = false }: DoctorOptions): Promise<number> {
  const findings = await examine(context);
  const { print } = context.terminal;
  if (json) print(JSON.stringify(findings, null, 2));
  else {
    for (const { name, state, message, fix } of findings) {
      print(`${signs[state]} ${name}: ${message}`);
      if (fix) print(`    ${fix}`);
    }
  }
  return findings.some(({ state }) => state === 'fault') ? 1 : 0;
}

async function examine(context: CommandContext): Promise<Finding[]> {
  const machine = [checkNode(), checkWebApp(installPaths.webApp)];
  const { loaded, findings } = readConfig(context);
  if (!loaded) return [...machine, ...findings];
  const { config } = loaded;
  const data = await checkDataDir(config.dataDir);
  const store = data.state === 'ok' ? await checkStore(loaded) : { findings: [], rootFolders: [] };
  const folders = new Set([...config.libraries.flatMap((library) => library.folders), ...store.rootFolders]);
  return [
    ...machine,
    ...findings,
    data,
    await checkDiskSpace(config.dataDir),
    ...store.findings,
    await checkProgram('ffmpeg', config.playback.ffmpeg),
    ...(await Promise.all([...folders].map(checkRootFolder))),
  ];
}

function readConfig(context: CommandContext): { loaded?: LoadedConfig; findings: Finding[] } {
  try {
    const loaded = loadCommandConfig(context);
    return { loaded, findings: [ok('configuration', loaded.file ?? 'No file: defaults, with the demo library.')] };
  } catch (error) {
    if (codeOf(error) !== 'config_invalid') throw error;
    const lines = describeConfigFaults(error as AppError);
    return {
      findings: lines.map((line) =>
        fault('configuration', line, 'Correct it; `vitascope config check` tells when all is well.'),
      ),
    };
  }
}
