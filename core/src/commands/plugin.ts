import { AppError } from '../kernel/errors.ts';
import {
  errandJob,
  performErrand,
  type ErrandAnswer,
  type PluginErrand,
} from '../kernel/plugins/install/plugin-errand.ts';
import { openServer } from '../main.ts';
import type { CommandContext } from './command-context.ts';
import { isServing } from './is-serving.ts';

const changing = new Set<PluginErrand['action']>(['add', 'update', 'remove', 'enable', 'disable', 'rollback']);

/** Does one thing with plugins: a server that runs on the same configuration does it, else this process. Resolves to 1 when something is wrong. */
export async function plugin(context: CommandContext, errand: PluginErrand): Promise<number> {
  const environment = { VITASCOPE__LOG__LEVEL: 'error', ...context.environment };
  const { foundation, server } = await openServer({
    environment,
    ...(context.configFile !== undefined && { file: context.configFile }),
  });
  const { print } = context.terminal;
  try {
    const isServed = await isServing(foundation);
    const { lines, ok } = isServed ? await byServer(server.jobs, errand) : await here(server.plugins, errand);
    lines.forEach((line) => print(line));
    if (changing.has(errand.action)) {
      print(isServed ? 'The running server has taken it up.' : 'No server runs; it takes this up when it starts.');
    }
    return ok ? 0 : 1;
  } finally {
    await foundation.close();
  }
}

type Server = Awaited<ReturnType<typeof openServer>>['server'];

async function byServer(jobs: Server['jobs'], errand: PluginErrand): Promise<ErrandAnswer> {
  const { id } = await jobs.start(errandJob, errand);
  const answer = (await jobs.finished(id)) as ErrandAnswer | null;
  if (answer) return answer;
  throw new AppError('unavailable', 'The running server gave no answer.', { fix: 'Look into its log.' });
}

async function here({ module, service, installer }: Server['plugins'], errand: PluginErrand): Promise<ErrandAnswer> {
  await module.start?.(new AbortController().signal);
  try {
    return await performErrand(errand, { installer, service });
  } finally {
    await module.stop?.();
  }
}
