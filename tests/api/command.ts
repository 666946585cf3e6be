import { entryPoint, environment } from '../harness/server.ts';
import { startChild } from '../harness/processes.ts';

export interface CommandResult {
  code: number | null;
  /** Standard output and error. */
  output: string;
}

/** Runs `vitascope` with these words to its end, in an environment without settings of the developer's. */
export async function runCommand(
  words: readonly string[],
  options: {
    dataDir?: string;
    databaseUrl?: string | undefined;
    env?: Record<string, string>;
    directory?: string;
  } = {},
): Promise<CommandResult> {
  const { directory, databaseUrl, ...rest } = options;
  const child = startChild(process.execPath, [...entryPoint('source'), ...words], {
    cwd: directory,
    env: environment({ ...rest, ...(databaseUrl === undefined ? {} : { databaseUrl }) }),
  });
  const { code } = await child.exited;
  return { code, output: child.output() };
}
