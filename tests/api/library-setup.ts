import { cpSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { listItems, type ItemCard } from '../../core/src/domains/catalog/catalog.schema.ts';
import {
  createLibrary,
  listLibraryFiles,
  scanLibrary,
  type Library,
  type LibraryFile,
} from '../../core/src/domains/library/library.schema.ts';
import { getJob, type jobDetail } from '../../core/src/kernel/jobs/jobs.schema.ts';
import type { Client } from '../harness/client.ts';
import { eventually } from '../harness/processes.ts';

type Job = z.output<typeof jobDetail>;
type Card = z.output<typeof ItemCard>;
type File = z.output<typeof LibraryFile>;

/** The films and shows that the repository brings along, copied to where a test may change them. */
export function copyDemo(part: 'Films' | 'Shows', folder: string): string {
  const target = path.join(folder, part);
  cpSync(path.join(import.meta.dirname, '../../config/demo', part), target, { recursive: true });
  return target;
}

const ended = new Set(['succeeded', 'failed', 'cancelled']);

/** Waits until the job has ended, however it did. */
export function finished(admin: Client, id: string, withinMs = 40_000): Promise<Job> {
  const look = async (): Promise<Job | undefined> => {
    const job = await admin.call(getJob, { params: { id } });
    return ended.has(job.state) ? job : undefined;
  };
  return eventually(`The end of job ${id}`, look, { withinMs });
}

/** Waits for the end and throws unless it is a good one. */
export async function succeeded(admin: Client, id: string, withinMs?: number): Promise<Job> {
  const job = await finished(admin, id, withinMs);
  if (job.state !== 'succeeded') {
    throw new Error(`${job.title} ended as ${job.state}: ${JSON.stringify(job.error)} ${JSON.stringify(job.events)}`);
  }
  return job;
}

export interface NewLibrary {
  name: string;
  type: 'movies' | 'shows' | 'mixed';
  folders: string[];
  /** Nothing is watched unless told, so that a test decides when something is seen. */
  settings?: { watch?: boolean; settleSeconds?: number; matchThreshold?: number };
}

/** Makes a library and waits for its first scan. */
export async function addLibrary(admin: Client, library: NewLibrary): Promise<z.output<typeof Library>> {
  const settings = { watch: false, ...library.settings };
  const made = await admin.call(createLibrary, { body: { ...library, settings } });
  await succeeded(admin, made.jobId);
  return made.library;
}

export async function scan(admin: Client, id: number, full = false): Promise<Job> {
  const { jobId } = await admin.call(scanLibrary, { params: { id }, body: { full } });
  return succeeded(admin, jobId);
}

export async function itemsOf(client: Client, query: Record<string, unknown> = {}): Promise<Card[]> {
  return (await client.call(listItems, { query: { pageSize: 200, ...query } })).items;
}

export async function titled(client: Client, title: string, query: Record<string, unknown> = {}): Promise<Card> {
  const cards = await itemsOf(client, query);
  const card = cards.find((each) => each.title === title);
  if (!card) throw new Error(`"${title}" is not among ${JSON.stringify(cards.map((each) => each.title))}`);
  return card;
}

/** All files of all libraries, smallest path first. */
export async function filesOf(client: Client, query: Record<string, unknown> = {}): Promise<File[]> {
  const { items } = await client.call(listLibraryFiles, { query: { pageSize: 200, ...query } });
  return items.toSorted((a, b) => ((a.path ?? '') < (b.path ?? '') ? -1 : 1));
}

export async function fileNamed(client: Client, fileName: string): Promise<File> {
  const file = (await filesOf(client)).find((each) => each.fileName === fileName);
  if (!file) throw new Error(`The library knows no file ${fileName}`);
  return file;
}
