import { LibraryStore } from '../domains/library/library-store.ts';
import { scanJob } from '../domains/library/scan-starter.ts';
import type { Foundation } from '../foundation.ts';
import { AppError } from '../kernel/errors.ts';
import { openServer } from '../main.ts';
import type { Server } from '../wiring.ts';
import type { CommandContext } from './command-context.ts';
import { isServing } from './is-serving.ts';

export interface ScanCommandOptions {
  /** Name or number of a library; all unless told. */
  library?: string | undefined;
  full?: boolean;
}

/**
 * Scans libraries and waits for the end. A server that runs on the same configuration does the work; else this process does.
 * Resolves to 1 when a scan failed.
 */
export async function scan(context: CommandContext, { library, full = false }: ScanCommandOptions): Promise<number> {
  const environment = { VITASCOPE__LOG__LEVEL: 'warn', ...context.environment };
  const opened = await openServer({
    environment,
    ...(context.configFile !== undefined && { file: context.configFile }),
  });
  const { foundation, server } = opened;
  const stopping = new AbortController();
  const isServed = await isServing(foundation);
  try {
    const wanted = await librariesNamed(foundation, library);
    if (!isServed) await beginWork(server, stopping.signal);
    const outcomes = [];
    for (const { id, name } of wanted) outcomes.push(await scanOne({ context, opened, library: { id, name }, full }));
    return outcomes.every(Boolean) ? 0 : 1;
  } finally {
    stopping.abort();
    if (!isServed) await endWork(server);
    await foundation.close();
  }
}

interface OneScan {
  context: CommandContext;
  opened: { foundation: Foundation; server: Server };
  library: { id: number; name: string };
  full: boolean;
}

async function scanOne({ context, opened, library, full }: OneScan): Promise<boolean> {
  const { print, printError } = context.terminal;
  const { jobs } = opened.server;
  const { id } = await jobs.start(scanJob, { libraryId: library.id, name: library.name, ...(full && { full }) });
  try {
    const result = (await jobs.finished(id)) as { seen?: number; added?: number; changed?: number; missing?: number };
    const { seen = 0, added = 0, changed = 0, missing = 0 } = result ?? {};
    print(`${library.name}: ${seen} files, ${added} new, ${changed} changed, ${missing} missing.`);
    return true;
  } catch (error) {
    printError(`${library.name}: ${(error as Error).message}`);
    return false;
  }
}

async function librariesNamed(
  { database }: Foundation,
  wanted: string | undefined,
): Promise<{ id: number; name: string }[]> {
  const all = await new LibraryStore(database).list();
  if (wanted === undefined) return all;
  const found = all.filter(({ id, name }) => String(id) === wanted || name.toLowerCase() === wanted.toLowerCase());
  if (found.length > 0) return found;
  throw new AppError('not_found', `There is no library ${wanted}.`, {
    fix: `There are: ${all.map(({ name }) => name).join(', ') || 'none'}.`,
  });
}

async function beginWork({ modules, jobs }: Server, signal: AbortSignal): Promise<void> {
  for (const module of modules) await module.start?.(signal);
  await jobs.open();
}

async function endWork({ modules, jobs }: Server): Promise<void> {
  await jobs.close();
  for (const module of modules.toReversed()) await module.stop?.();
}
