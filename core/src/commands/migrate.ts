import { AppError } from '../kernel/errors.ts';
import { loadCommandConfig, openCommandDatabase, type CommandContext } from './command-context.ts';

export interface MigrateOptions {
  way: 'up' | 'down' | 'status';
  /** How many to take back. */
  steps: number;
}

/** Changes or shows the schema's history. Stop the server first when taking something back. */
export async function migrate(context: CommandContext, { way, steps }: MigrateOptions): Promise<void> {
  if (!Number.isInteger(steps) || steps < 1) throw new AppError('bad_request', '--steps takes a whole number from 1.');
  const { print } = context.terminal;
  const database = await openCommandDatabase(loadCommandConfig(context));
  try {
    const { migrations } = database;
    if (way === 'status') {
      for (const { name, appliedAt } of await migrations.status()) {
        print(`${appliedAt ? appliedAt.toISOString() : 'pending                 '}  ${name}`);
      }
      return;
    }
    const names = way === 'up' ? await migrations.up() : await migrations.down(steps);
    for (const name of names) print(`${way === 'up' ? 'applied' : 'taken back'}  ${name}`);
    if (names.length === 0) print(way === 'up' ? 'The schema is up to date.' : 'There is nothing to take back.');
  } finally {
    await database.close();
  }
}
