import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { listItems } from '../../core/src/domains/catalog/catalog.schema.ts';
import { createLibrary } from '../../core/src/domains/library/library.schema.ts';
import { makeMedia, type MediaKind, type MediaOptions } from '../fixtures/media.ts';
import type { Client } from '../harness/client.ts';
import { eventually } from '../harness/processes.ts';

const execute = promisify(execFile);

export interface Film extends MediaOptions {
  /** Name of folder and file, as it came from somewhere. */
  name: string;
  kind: MediaKind;
  extension?: string;
  /** What the NFO beside it says; without it there is none. */
  nfo?: { title: string; year: number };
  /** Colour of its poster. */
  poster?: string;
}

/** Writes a film in a folder of its own, with NFO and poster where it has them; answers the file. */
export async function writeFilm(
  root: string,
  { name, kind, extension, nfo, poster, ...options }: Film,
): Promise<string> {
  const folder = path.join(root, name);
  await mkdir(folder, { recursive: true });
  if (nfo) {
    const plot = `What ${nfo.title} is about, told in a sentence.`;
    const text = `<movie><title>${nfo.title}</title><year>${nfo.year}</year><plot>${plot}</plot><genre>Drama</genre></movie>`;
    await writeFile(path.join(folder, 'movie.nfo'), text);
  }
  if (poster) await writePoster(path.join(folder, 'poster.jpg'), poster);
  return makeMedia(kind, path.join(folder, `${name}${extension ?? (kind.endsWith('mp4') ? '.mp4' : '.mkv')}`), options);
}

async function writePoster(file: string, colour: string): Promise<void> {
  const source = `gradients=size=400x600:c0=${colour}:c1=black:nb_colors=2:duration=1:rate=1`;
  await execute('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-frames:v', '1', file]);
}

/** Adds a library through the API and waits for its first scan. */
export async function addLibrary(
  admin: Client,
  library: { name: string; type: 'movies' | 'shows' | 'mixed'; folders: string[] },
): Promise<number> {
  const made = await admin.call(createLibrary, { body: { ...library, settings: { watch: false } } });
  await untilJobEnds(admin, made.jobId);
  return made.library.id;
}

/** Numbers of the titles in the catalogue by title, episodes included. */
export async function itemIds(admin: Client): Promise<ReadonlyMap<string, number>> {
  const { items } = await admin.call(listItems, { query: { type: ['movie', 'show', 'episode'], pageSize: 100 } });
  return new Map(items.map(({ title, id }) => [title, id]));
}

/** Waits until a job succeeded; its error is this one's. */
export async function untilJobEnds(admin: Client, id: string): Promise<void> {
  const job = await eventually(
    `The end of job ${id}`,
    async () => {
      const { body } = await admin.get(`/api/v1/jobs/${id}`);
      const { state } = body as { state: string };
      return ['succeeded', 'failed', 'cancelled'].includes(state) ? (body as Record<string, unknown>) : undefined;
    },
    { withinMs: 120_000, everyMs: 100 },
  );
  if (job.state !== 'succeeded') throw new Error(`Job ${id} ended as ${JSON.stringify(job)}`);
}
