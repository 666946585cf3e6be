import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { installPaths } from '../install-paths.ts';
import type { CommandContext } from './command-context.ts';
import { describeFailure } from './command-failure.ts';
import { addPluginCommands } from './plugin-commands.ts';
import { processTerminal, type Terminal } from './terminal.ts';

interface Surroundings {
  terminal?: Terminal;
  environment?: Readonly<Record<string, string | undefined>>;
}

/** Runs `vitascope` with these words; resolves to the exit code. */
export async function runProgram(
  words: readonly string[],
  { terminal = processTerminal(), environment = process.env }: Surroundings = {},
): Promise<number> {
  let exitCode = 0;
  const program = buildProgram(terminal, (command, work) => async (...given: unknown[]) => {
    const { config } = command.optsWithGlobals<{ config?: string }>();
    exitCode = (await work({ terminal, environment, configFile: config }, given)) ?? 0;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    const { lines, exitCode: failed } = describeFailure(error);
    lines.forEach((line) => terminal.printError(line));
    return failed;
  }
}

export type Work = (context: CommandContext, given: unknown[]) => Promise<number | void>;
export type Add = (parent: Command, usage: string, description: string, work: Work) => Command;
type Bind = (command: Command, work: Work) => (...given: unknown[]) => Promise<void>;

function buildProgram(terminal: Terminal, bind: Bind): Command {
  const program = new Command('vitascope')
    .description('A plugin-based, self-hosted media server.')
    .version(readVersion())
    .option('-c, --config <file>', 'configuration file (VITASCOPE_CONFIG, else config/vitascope.yaml)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.printError(text.trimEnd()),
    });
  const add: Add = (parent, usage, description, work) => {
    const command = parent.command(usage).description(description).exitOverride().copyInheritedSettings(parent);
    return command.action(bind(command, work));
  };

  add(program, 'serve', 'start the server', async (context) => (await import('./serve.ts')).serve(context));
  add(
    program,
    'scan [library]',
    'scan all libraries, or the one of this name or number',
    async (context, [library, options]) =>
      (await import('./scan.ts')).scan(context, {
        library: library as string | undefined,
        ...(options as { full?: boolean }),
      }),
  ).option('--full', 'probe and read sidecars again even where nothing changed');
  add(program, 'parse [names...]', 'say what release names and paths mean, one JSON object a line', async () => {
    throw new Error('`parse` is run by cli.ts itself.');
  }).option('--jsonl', 'read lines {"input": "<name>"} from standard input');

  const migrate = program.command('migrate').description('change the schema of the database');
  const direction = async (context: CommandContext, way: 'up' | 'down' | 'status', steps = 1) =>
    (await import('./migrate.ts')).migrate(context, { way, steps });
  add(migrate, 'up', 'apply what is missing, after a backup', (context) => direction(context, 'up'));
  add(migrate, 'down', 'take back the newest migration, keeping its data aside', (context, [options]) =>
    direction(context, 'down', Number((options as { steps: string }).steps)),
  ).option('--steps <number>', 'how many', '1');
  add(migrate, 'status', 'list migrations and when they were applied', (context) => direction(context, 'status'));

  const config = program.command('config').description('look at the configuration');
  add(config, 'check', 'report every fault at once; exit code 78 when there are any', async (context) =>
    (await import('./config.ts')).checkConfig(context),
  );
  add(config, 'schema', 'print the JSON Schema of the configuration file', async (context) =>
    (await import('./config.ts')).printConfigSchema(context),
  );
  add(config, 'example', 'print a configuration file with every member', async (context) =>
    (await import('./config.ts')).printConfigExample(context),
  );

  const user = program.command('user').description('manage accounts without the server');
  add(user, 'create <name>', 'create an account; asks for the password', async (context, [name, options]) =>
    (await import('./user.ts')).createUser(context, {
      name: name as string,
      isAdmin: (options as { admin?: boolean }).admin === true,
    }),
  ).option('--admin', 'as an administrator');
  add(user, 'reset-password <name>', 'set a new password and end all sessions; asks for it', async (context, [name]) =>
    (await import('./user.ts')).resetPassword(context, name as string),
  );

  addPluginCommands(program, add);
  add(
    program,
    'doctor',
    'look for what is wrong with this installation, with causes and fixes',
    async (context, [options]) => (await import('./doctor.ts')).doctor(context, options as { json?: boolean }),
  ).option('--json', 'print the findings as JSON');
  return program;
}

const readVersion = (): string =>
  (JSON.parse(readFileSync(installPaths.manifest, 'utf8')) as { version: string }).version;
