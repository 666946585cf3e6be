import { Accounts } from '../domains/identity/accounts.ts';
import { AccountEntity } from '../domains/identity/identity.entity.ts';
import { AppError } from '../kernel/errors.ts';
import { loadCommandConfig, openCommandDatabase, type CommandContext } from './command-context.ts';

export interface NewUser {
  name: string;
  isAdmin: boolean;
}

/** Throws `conflict` when the name is taken. */
export async function createUser(context: CommandContext, { name, isAdmin }: NewUser): Promise<void> {
  await withAccounts(context, async (accounts) => {
    const password = await askPassword(context);
    const account = await accounts.create({ name, password, role: isAdmin ? 'admin' : 'user' });
    context.terminal.print(`Created ${account.role} ${account.name}.`);
  });
}

/** The account's sessions end: whoever knew the old password is out. */
export async function resetPassword(context: CommandContext, name: string): Promise<void> {
  await withAccounts(context, async (accounts, endSessions) => {
    const account = await accounts.findByName(name);
    if (!account)
      throw new AppError('not_found', `There is no account ${name}.`, { fix: '`vitascope user create` makes one.' });
    await accounts.update(account.id, { password: await askPassword(context) });
    await endSessions(account.id);
    context.terminal.print(`Set a new password for ${account.name} and ended all sessions.`);
  });
}

type Work = (accounts: Accounts, endSessions: (accountId: string) => Promise<number>) => Promise<void>;

async function withAccounts(context: CommandContext, work: Work): Promise<void> {
  const database = await openCommandDatabase(loadCommandConfig(context), { entities: [AccountEntity], migrate: true });
  try {
    await work(new Accounts(database), (accountId) =>
      database.run('delete from sessions where account_id = ?', [accountId]),
    );
  } finally {
    await database.close();
  }
}

/** From `VITASCOPE_PASSWORD`, else asked for. */
async function askPassword({ terminal, environment }: CommandContext): Promise<string> {
  const password = environment.VITASCOPE_PASSWORD ?? (await terminal.ask('Password: ', { hidden: true }));
  if (password.length >= 8) return password;
  throw new AppError('bad_request', 'The password is too short.', { fix: 'Take at least 8 characters.' });
}
