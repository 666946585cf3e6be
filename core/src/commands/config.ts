import { loadCommandConfig, type CommandContext } from './command-context.ts';

/** Throws `config_invalid` with every fault. */
export async function checkConfig(context: CommandContext): Promise<void> {
  const { file } = loadCommandConfig(context);
  context.terminal.print(
    file ? `${file} is fine.` : 'There is no configuration file; the server would show its demo library.',
  );
}

export async function printConfigSchema({ terminal }: CommandContext): Promise<void> {
  const { configJsonSchema } = await import('../kernel/config/config-reference.ts');
  terminal.print(JSON.stringify(configJsonSchema(), null, 2));
}

export async function printConfigExample({ terminal }: CommandContext): Promise<void> {
  const { configExample } = await import('../kernel/config/config-reference.ts');
  terminal.print(configExample().trimEnd());
}
