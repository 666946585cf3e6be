import type { MediaEntry } from '@vitascope/sdk';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDialects } from '../../kernel/database/database.testing.ts';
import { createLibraryHarness, type LibraryHarness, type Shelf } from './library.testing.ts';

const film = (id: string, title: string, year: number, more: Partial<MediaEntry> = {}): MediaEntry => ({
  type: 'movie',
  id,
  title,
  year,
  overview: `About ${title}.`,
  ids: { tmdb: `9${id}` },
  ...more,
});
const on = (at: string[], ...entries: MediaEntry[]): Shelf['titles'] => entries.map((entry) => ({ at, entry }));

const orchard: Shelf['titles'][number] = {
  at: ['shelf'],
  entry: { type: 'show', id: 'orchard', title: 'Winter Orchard', year: 2020, overview: 'Snow.', ids: { tvdb: '55' } },
  children: [
    { type: 'season', id: 's1', title: 'The first winter', season: 1 },
    { type: 'episode', id: 'e1', title: 'Frost', season: 1, episode: 1, overview: 'It is cold.' },
    { type: 'episode', id: 'e2', title: 'Thaw', season: 1, episode: 2 },
    { type: 'episode', id: 'e3', title: 'Never seen here', season: 1, episode: 3 },
  ],
};

describe.each(testDialects)('asking metadata sources on %s', (dialect) => {
  let harness: LibraryHarness;
  beforeEach(async () => {
    harness = await createLibraryHarness(dialect);
  });
  afterEach(() => harness.close());

  const details = async () =>
    harness.host.database.all<{ title: string; overview: string; provenance: unknown }>(
      `select title, overview, provenance from media_items where type in ('movie', 'show') order by title`,
    );
  const provenance = async (): Promise<Record<string, string>> => {
    const [item] = await details();
    return typeof item!.provenance === 'string'
      ? JSON.parse(item!.provenance)
      : (item!.provenance as Record<string, string>);
  };

  it('costs nothing when there are none', async () => {
    await harness.film('Glass Harbour (2011).mp4');
    await harness.library();
    const history = await harness.host.database.all<{ name: string }>('select name from jobs');
    expect(history.map(({ name }) => name)).toEqual(['library.scan']);
    expect(await harness.run('library.identify', {})).toEqual({ note: 'No metadata connection is in use.' });
  });

  it('describes a film known by its name from all sources, each field from the first that has it', async () => {
    await harness.shelf({
      titles: [
        ...on(['shelf'], film('1', 'Glass Harbour', 2011, { tagline: 'Fog.' })),
        ...on(
          ['archive'],
          film('a', 'Glass Harbour', 2011, { ids: { tmdb: '91' }, overview: 'Other words.', status: 'released' }),
        ),
      ],
    });
    await harness.film('Glass Harbour (2011).mp4');
    await harness.library();
    await harness.idle();
    expect(await details()).toMatchObject([{ title: 'Glass Harbour', overview: 'About Glass Harbour.' }]);
    expect(await provenance()).toMatchObject({
      title: 'Shelf',
      overview: 'Shelf',
      tagline: 'Shelf',
      status: 'Archive',
    });
    const file = await harness.domain.review.get(await harness.fileId('Glass Harbour (2011).mp4'), {
      accountId: '',
      paths: true,
    });
    expect(file.matchConfidence).toBe(0.98);
    expect(file.reasons[0]).toEqual({ text: 'Shelf: The same title', weight: 0.6 });
  });

  it('matches a file nobody recognised when one title fits alone, and tells plugins', async () => {
    await harness.shelf({ titles: on(['shelf'], film('1', 'Untitled Voyage', 1999)) });
    await harness.film('Untitled Voyage.mp4');
    const heard: unknown[] = [];
    harness.host.events.on('library.changed', ({ itemIds }) => heard.push(...itemIds));
    await harness.library();
    await harness.idle();
    expect(await harness.rows()).toEqual({ 'Untitled Voyage.mp4': 'matched auto Untitled Voyage' });
    expect(await harness.titles()).toEqual(['movie Untitled Voyage 1999 ×1']);
    expect(heard).toContainEqual(expect.any(Number));
  });

  it('leaves a file to people where two titles fit as well', async () => {
    await harness.shelf({ titles: on(['shelf'], film('1', 'Voyage', 1984), film('2', 'Voyage', 2021)) });
    await harness.film('Voyage.mp4');
    await harness.library();
    await harness.idle();
    expect(await harness.rows()).toEqual({ 'Voyage.mp4': 'unmatched' });
  });

  it('keeps a film with another year of the same name apart', async () => {
    await harness.shelf({ titles: on(['shelf'], film('1', 'Voyage', 1984)) });
    await harness.film('Voyage (2021).mp4');
    await harness.library();
    await harness.idle();
    expect(await harness.titles()).toEqual(['movie Voyage 2021 ×1']);
    expect(await provenance()).toMatchObject({ title: 'name' });
  });

  it('finds a title by the id in its name, whatever it is called', async () => {
    await harness.shelf({ titles: on(['shelf'], film('1', 'Havn av glass', 2010)) });
    await harness.film('Glass Harbour (2011) [tmdbid-91].mp4');
    await harness.library();
    await harness.idle();
    expect(await harness.titles()).toEqual(['movie Havn av glass 2010 ×1']);
    expect(await harness.calls()).toContain('shelf resolve');
  });

  it('brings two names of one film together', async () => {
    await harness.shelf({
      titles: on(['shelf'], film('1', 'Glass Harbour', 2011, { originalTitle: 'Havn av glass' })),
    });
    await harness.film('Glass Harbour (2011).mp4', 'one');
    await harness.film('Havn av glass (2011).mp4', 'two');
    await harness.library();
    await harness.idle();
    expect(await harness.titles()).toEqual(['movie Glass Harbour 2011 ×2']);
    expect(Object.values(await harness.rows())).toEqual(['matched auto Glass Harbour', 'matched auto Glass Harbour']);
  });

  it('describes a show, its seasons and the episodes that are there, and later ones when they come', async () => {
    await harness.shelf({ titles: [orchard] });
    await harness.film('Winter Orchard (2020)/Season 1/Winter Orchard - S01E01.mp4', 'one');
    const id = await harness.library('shows');
    await harness.idle();
    const episodes = () =>
      harness.host.database.all<{ title: string }>(
        `select title from media_items where type in ('season', 'episode') order by type, season_number, episode_number`,
      );
    expect(await details()).toMatchObject([{ title: 'Winter Orchard', overview: 'Snow.' }]);
    expect((await episodes()).map(({ title }) => title)).toEqual(['Frost', 'The first winter']);
    await harness.calls();
    await harness.film('Winter Orchard (2020)/Season 1/Winter Orchard - S01E02.mp4', 'two');
    await harness.scan(id);
    await harness.idle();
    expect((await episodes()).map(({ title }) => title)).toEqual(['Frost', 'Thaw', 'The first winter']);
    expect(await harness.calls()).toEqual(expect.arrayContaining(['shelf resolve', 'shelf children orchard']));
  });

  it('asks nobody again about what is known or was asked a short while ago', async () => {
    await harness.shelf({ titles: on(['shelf'], film('1', 'Glass Harbour', 2011)) });
    await harness.film('Glass Harbour (2011).mp4', 'one');
    await harness.film('Holiday at the lake (2003).mp4', 'two');
    const id = await harness.library();
    await harness.idle();
    expect(await harness.calls()).not.toEqual([]);
    await harness.scan(id);
    await harness.idle();
    expect(await harness.run('library.identify', {})).toEqual({ identified: 0, unknown: 0, deferred: 0, gone: 0 });
    expect(await harness.calls()).toEqual([]);
    expect(await harness.run('library.identify', { again: true })).toMatchObject({ unknown: 1 });
  });

  it('asks later where a source fails, says so, and takes what the others say', async () => {
    const titles = [
      ...on(['shelf'], film('1', 'Glass Harbour', 2011)),
      ...on(['archive'], film('2', 'Nine Tides', 2018)),
    ];
    await harness.shelf({ titles, down: ['shelf'] });
    await harness.film('Glass Harbour (2011).mp4', 'one');
    await harness.film('Nine Tides (2018).mp4', 'two');
    await harness.library();
    await harness.idle();
    expect(await details()).toMatchObject([{ overview: '' }, { overview: 'About Nine Tides.' }]);
    const lines = await harness.host.database.all<{ message: string }>(
      `select message from job_events where level = 'warn'`,
    );
    expect(lines.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^Shelf failed: .*shelf is down.* asked again later/),
    );
    await harness.shelf({ titles });
    const [shelf] = harness.host.providers.list().filter(({ kind }) => kind === 'shelf');
    await harness.host.providers.test(shelf!.id);
    await harness.run('library.identify', {});
    expect(await details()).toMatchObject([{ overview: 'About Glass Harbour.' }, { overview: 'About Nine Tides.' }]);
  });

  it('asks a source that is new about everything unknown, without being told', async () => {
    await harness.film('Untitled Voyage.mp4');
    await harness.library();
    await harness.shelf({ titles: on(['archive'], film('1', 'Untitled Voyage', 1999)) });
    await expect
      .poll(harness.rows, { timeout: 10_000 })
      .toEqual({ 'Untitled Voyage.mp4': 'matched auto Untitled Voyage' });
  });

  it('lets plugins change what was found, and knows whose each field is', async () => {
    await harness.shelf({
      titles: on(['shelf'], film('1', 'Glass Harbour', 2011, { tags: ['shout'], tagline: 'Fog.' })),
    });
    await harness.film('Glass Harbour (2011).mp4');
    await harness.library();
    await harness.idle();
    expect(await details()).toMatchObject([{ overview: 'ABOUT GLASS HARBOUR.' }]);
    expect(await provenance()).toMatchObject({ overview: 'plugins', tagline: 'Shelf', title: 'Shelf' });
  });

  it('never replaces what a person or a file beside the media said, even when asked to refresh', async () => {
    await harness.shelf({ titles: on(['shelf'], film('1', 'Glass Harbour', 2011, { tagline: 'Fog.' })) });
    await harness.film('Glass Harbour (2011).mp4');
    await harness.library();
    await harness.idle();
    const [item] = await harness.host.database.all<{ id: number }>('select id from media_items');
    await harness.catalog.edit(item!.id, { overview: 'My words.' });
    const words = { provider: 'nfo', data: { type: 'movie' as const, title: 'Glass Harbor' } };
    await harness.host.database.transaction((queries) =>
      harness.catalogStore.applyBatch(queries, [{ itemId: item!.id, sources: [words] }]),
    );
    await harness.shelf({ titles: on(['shelf'], film('1', 'Glass Harbour', 2011, { tagline: 'Thick fog.' })) });
    const { jobId } = await harness.catalog.refresh(item!.id, '00000000-0000-4000-8000-000000000001');
    await harness.host.jobs.finished(jobId);
    await harness.idle();
    expect(await details()).toMatchObject([{ title: 'Glass Harbor', overview: 'My words.' }]);
    expect(await provenance()).toMatchObject({ title: 'nfo', tagline: 'Shelf' });
    const [{ tagline } = { tagline: '' }] = await harness.host.database.all<{ tagline: string }>(
      'select tagline from media_items',
    );
    expect(tagline).toBe('Thick fog.');
  });

  it('never touches what a person matched or took back', async () => {
    await harness.shelf({ titles: on(['shelf'], film('1', 'Untitled Voyage', 1999)) });
    await harness.film('Untitled Voyage.mp4');
    await harness.library();
    await harness.idle();
    const fileId = await harness.fileId('Untitled Voyage.mp4');
    await harness.ask(`DELETE /library/${fileId}/match`);
    await rename(join(harness.media, 'Untitled Voyage.mp4'), join(harness.media, 'Untitled Voyage 2.mp4'));
    await harness.ask('POST /library/rescan', {});
    await harness.idle();
    await harness.run('library.identify', { again: true });
    expect(await harness.rows()).toEqual({ 'Untitled Voyage 2.mp4': 'unmatched manual' });
    expect(await harness.titles()).toEqual([]);
  });

  it('goes through many titles', async () => {
    const names = Array.from({ length: 230 }, (_, n) => `Number ${String.fromCharCode(65 + (n % 26))}${n} of many`);
    await harness.shelf({ titles: on(['archive'], ...names.map((name, n) => film(String(n), name, 1990))) });
    await mkdir(join(harness.media, 'x'));
    for (const name of names) await harness.film(`${name} (1990).mp4`);
    await harness.library();
    await harness.idle();
    const missing = (await details()).filter(({ overview }) => overview === '');
    expect(missing).toEqual([]);
  }, 120_000);
});
