import { createAccount, login } from '../../core/src/domains/identity/identity.schema.ts';
import { getJob } from '../../core/src/kernel/jobs/jobs.schema.ts';
import { Client } from '../harness/client.ts';
import { eventually } from '../harness/processes.ts';
import { startServer, type RunningServer, type ServerOptions } from '../harness/server.ts';

/** The build that people run, on SQLite, without the limits that stop a load of this kind. */
export const startBenchServer = (options: ServerOptions = {}): Promise<RunningServer> =>
  startServer({
    entry: 'dist',
    dialect: 'sqlite',
    ...options,
    config: {
      ...options.config,
      log: { level: 'warn' },
      limits: { requestsPerMinute: 0, authPerMinute: 0, heavyPerMinute: 0 },
    },
  });

/** Waits for a job; throws when it fails. */
export async function finishJob(client: Client, id: string, withinMs = 600_000): Promise<void> {
  const ended = async () => {
    const job = await client.call(getJob, { params: { id } });
    return ['succeeded', 'failed', 'cancelled'].includes(job.state) ? job : undefined;
  };
  const job = await eventually(`Job ${id} ending`, ended, { withinMs, everyMs: 50 });
  if (job.state !== 'succeeded') throw new Error(`Job ${id} ${job.state}: ${JSON.stringify(job.error)}`);
}

/** More people than the administrator, as the headers that sign them in. */
export async function signInMany(admin: Client, count: number): Promise<Record<string, string>[]> {
  const headers = [{ cookie: admin.cookieHeader() }];
  for (let number = 1; number < count; number++) {
    const credentials = { name: `person ${number}`, password: `a long pass phrase ${number}` };
    await admin.call(createAccount, { body: credentials });
    const person = new Client(admin.url);
    await person.call(login, { body: credentials });
    headers.push({ cookie: person.cookieHeader() });
  }
  return headers;
}
