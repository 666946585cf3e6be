import { existsSync } from 'node:fs';
import { chmod, copyFile, link, mkdir, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDialects } from '../../../kernel/database/database.testing.ts';
import { createTestLibrary, type TestLibrary } from './scan.testing.ts';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

describe.each(testDialects)('scanning films on %s', (dialect) => {
  let library: TestLibrary;
  beforeEach(async () => {
    library = await createTestLibrary(dialect);
  });
  afterEach(() => library.remove());
  const one = async (sql: string) => Object.values((await library.db.database.first<object>(sql)) ?? {})[0];

  it('recognises, probes and stores files with what lies beside them', async () => {
    await library.film('Glass Harbour (2011)/Glass Harbour (2011).mp4');
    await library.sidecar('Glass Harbour (2011)/movie.nfo', {
      type: 'movie',
      title: 'Glass Harbor',
      year: 2011,
      overview: 'Fog.',
      ids: { tmdb: '77' },
    });
    await library.sidecar('Glass Harbour (2011)/poster.jpg', 'picture');
    await library.sidecar('Glass Harbour (2011)/Glass Harbour (2011).en.forced.srt', '1\n');
    const summary = await library.scan();
    expect(summary).toMatchObject({ seen: 1, added: 1, unmatched: 0, problems: [] });
    const [file] = (await library.files.list({ sort: 'name', limit: 10, offset: 0 })).rows;
    expect(file).toMatchObject({
      match_state: 'matched',
      match_confidence: 1,
      container_format: 'mp4',
      video_codec: 'h264',
      audio_codec: 'aac',
    });
    expect(file?.duration_ms).toBeGreaterThan(1000);
    const streams = (await library.files.streams([file?.id as number])).get(file?.id as number);
    expect(
      streams?.map(({ stream_type, language, external_path }) => [stream_type, language, external_path !== null]),
    ).toContainEqual(['subtitle', 'eng', true]);
    expect(await library.titles()).toEqual(['Glass Harbor 1']);
    expect(await one('select count(*) from artwork')).toBe(1);
  });

  it('takes a `.sub` for pictures where an index lies beside it, else for text', async () => {
    const stem = 'Slow Boat (2012)/Slow Boat (2012)';
    await library.film(`${stem}.mp4`);
    for (const name of ['en.sub', 'en.idx', 'de.sub']) await library.sidecar(`${stem}.${name}`, '{1}{25}Ahoy');
    await library.sidecar(`${stem}.fr.SUB`, '');
    const external = async () => {
      const rows = await library.db.database.all<{ language: string; codec: string }>(
        'select language, codec from media_streams where external_path is not null order by language',
      );
      return rows.map(({ language, codec }) => `${language} ${codec}`);
    };
    await library.scan();
    expect(await external()).toEqual(['deu microdvd', 'eng dvd_subtitle', 'fra microdvd']);
    await library.sidecar(`${stem}.fr.IDX`, '# VobSub index file, v7');
    expect(await library.scan()).toMatchObject({ changed: 1 });
    expect(await external()).toEqual(['deu microdvd', 'eng dvd_subtitle', 'fra dvd_subtitle']);
  });

  it('changes nothing when nothing changed, and opens no file', async () => {
    await library.film('Glass Harbour (2011)/Glass Harbour (2011).mp4');
    await library.scan();
    const before = await one('select updated_at from media_files');
    const changes: unknown[] = [];
    expect(await library.scan({ onChange: (change) => changes.push(change) })).toMatchObject({
      seen: 1,
      added: 0,
      changed: 0,
      missing: 0,
    });
    expect(changes).toEqual([]);
    expect(await one('select updated_at from media_files')).toBe(before);
  });

  it('puts a name without year into the review queue with its reasons', async () => {
    await library.film('holiday.mp4');
    expect(await library.scan()).toMatchObject({ unmatched: 1 });
    expect(await library.rows()).toMatchObject([{ file: 'holiday.mp4', state: 'unmatched', item: null }]);
    expect(await library.titles()).toEqual([]);
  });

  it('makes versions, parts and extras one film', async () => {
    const folder = 'The Long Field (1999)';
    await library.film(`${folder}/The Long Field (1999) - 1080p.mp4`);
    await library.film(`${folder}/The Long Field (1999) - Director's Cut.mp4`);
    await library.film(`${folder}/The Long Field (1999)-trailer.mp4`);
    await library.film(`${folder}/Interviews/The author.mp4`);
    await library.film('Twice Told (2003)/Twice Told (2003) cd1.mp4');
    await library.film('Twice Told (2003)/Twice Told (2003) cd2.mp4');
    await library.scan();
    expect(await library.titles()).toEqual(['The Long Field 2', 'Twice Told 2']);
    expect((await library.rows()).map(({ item }) => item)).toEqual([
      ...Array(4).fill('The Long Field'),
      'Twice Told',
      'Twice Told',
    ]);
    const roles = await library.db.database.all<{ role: string }>(
      'select role from media_files order by absolute_path',
    );
    expect(roles.map(({ role }) => role).toSorted()).toEqual(['extra', 'extra', 'main', 'main', 'part', 'part']);
  });

  it('keeps a file through rename and move, of itself and of its folder', async () => {
    const first = await library.film('Old Name (2001)/Old Name (2001).mp4');
    await library.scan();
    const id = await one('select id from media_files');
    await mkdir(join(library.root, 'Sorted'));
    await rename(first, join(library.root, 'Sorted/Old Name (2001) [1080p].mp4'));
    expect(await library.scan()).toMatchObject({ added: 0, moved: 1, missing: 0 });
    await rename(join(library.root, 'Sorted'), join(library.root, 'Again'));
    expect(await library.scan()).toMatchObject({ moved: 1, missing: 0 });
    expect(await one('select id from media_files')).toBe(id);
    expect(await library.rows()).toMatchObject([{ file: 'Again/Old Name (2001) [1080p].mp4', missing: false }]);
    expect(await library.titles()).toEqual(['Old Name 1']);
  });

  it.each([
    ['its name', 'Old Name (2001)/old name (2001).mp4'],
    ['its folder', 'OLD NAME (2001)/Old Name (2001).mp4'],
  ])('takes a file for the same when only capitals of %s change where they make no difference', async (_, path) => {
    await library.film('Old Name (2001)/Old Name (2001).mp4');
    await library.scan();
    const id = await one('select id from media_files');
    await rename(join(library.root, 'Old Name (2001)'), join(library.root, 'other'));
    await rename(join(library.root, 'other'), join(library.root, dirname(path)));
    await rename(join(library.root, dirname(path), 'Old Name (2001).mp4'), join(library.root, path));
    const exists = (asked: string) =>
      asked.toLowerCase() === join(library.root, path).toLowerCase() || existsSync(asked);
    expect(await library.scan({ exists })).toMatchObject({ added: 0, moved: 1, missing: 0 });
    expect(await library.scan({ exists })).toMatchObject({ added: 0, moved: 0, missing: 0 });
    expect(await library.rows()).toMatchObject([{ file: path, missing: false }]);
    expect(await one('select id from media_files')).toBe(id);
  });

  it('takes a copy for a second file', async () => {
    const first = await library.film('Twin (2001)/Twin (2001).mp4');
    await library.scan();
    await copyFile(first, join(library.root, 'Twin (2001)/Twin (2001) - copy.mp4'));
    expect(await library.scan()).toMatchObject({ added: 1, moved: 0 });
    expect(await library.titles()).toEqual(['Twin 2']);
  });

  it('keeps what a person said through rescan, rename and move', async () => {
    const path = await library.film('holiday.mp4');
    await library.film('Known Film (2010)/Known Film (2010).mp4');
    await library.scan();
    const { database } = library.db;
    const item = await one("select id from media_items where title = 'Known Film'");
    const file = await one("select id from media_files where file_name = 'holiday.mp4'");
    await database.run(
      "update media_files set item_id = ?, match_state = 'matched', match_source = 'manual' where id = ?",
      [item as number, file as number],
    );
    await database.run('insert into media_file_items (file_id, item_id) values (?, ?)', [
      file as number,
      item as number,
    ]);
    expect(await library.scan({ full: true })).toMatchObject({ unmatched: 0 });
    await rename(path, join(library.root, 'Something Else (1950).mp4'));
    expect(await library.scan()).toMatchObject({ moved: 1, unmatched: 0 });
    expect(await one(`select item_id from media_files where id = ${file}`)).toBe(item);
    expect(await library.titles()).toEqual(['Known Film 2']);
  });

  it('keeps what a metadata source found when only sidecars change', async () => {
    await library.film('Untold Story/Untold Story.mp4');
    await library.film('Known Film (2010)/Known Film (2010).mp4');
    await library.scan();
    const { database } = library.db;
    const item = (await one("select id from media_items where title = 'Known Film'")) as number;
    const file = (await one("select id from media_files where file_name = 'Untold Story.mp4'")) as number;
    await database.run(
      "update media_files set item_id = ?, match_state = 'matched', match_source = 'auto', match_confidence = 0.8 where id = ?",
      [item, file],
    );
    await database.run('insert into media_file_items (file_id, item_id) values (?, ?)', [file, item]);
    await library.sidecar('Untold Story/poster.jpg', 'new');
    expect(await library.scan()).toMatchObject({ changed: 1 });
    expect(await one(`select match_state from media_files where id = ${file}`)).toBe('matched');
    expect(await one(`select match_confidence from media_files where id = ${file}`)).toBe(0.8);
    expect(await library.titles()).toEqual(['Known Film 2']);
  });

  it('leaves the part that a person gave a file', async () => {
    const path = await library.film('Known Film (2010)/Known Film (2010)-trailer.mp4');
    await library.film('Known Film (2010)/Known Film (2010).mp4');
    await library.scan();
    await library.db.database.run(
      "update media_files set role = 'main', match_source = 'manual' where file_name like '%trailer%'",
    );
    await rename(path, path.replace('-trailer', '-sneak-trailer'));
    await library.scan();
    expect(await one("select role from media_files where file_name like '%trailer%'")).toBe('main');
  });

  it('finds the film of an extra in a folder of many, whatever an NFO calls it', async () => {
    await library.film('Flat One (2001).mp4', 'one');
    await library.sidecar('Flat One (2001).nfo', { type: 'movie', title: 'Another Name', year: 2001 });
    await library.film('Flat One (2001)-trailer.mp4', 'trailer');
    await library.film('Flat Two (2002).mp4', 'two');
    expect(await library.scan()).toMatchObject({ added: 3, unmatched: 0 });
    expect(await library.titles()).toEqual(['Another Name 1', 'Flat Two 1']);
  });

  it('finds the film of every extra beside it, wherever batches of files end', async () => {
    for (let n = 10; n < 51; n++) {
      await library.film(`Film ${n} (2000)/Film ${n} (2000).mp4`);
      await library.film(`Film ${n} (2000)/Film ${n} (2000)-trailer.mp4`, `trailer ${n}`);
    }
    await library.film('A First (2000)/A First (2000).mp4');
    expect(await library.scan()).toMatchObject({ added: 83, unmatched: 0 });
  });

  it('takes another device without any of its files for a disk that is not mounted, whatever else lies there', async () => {
    const path = await library.film('Away (1999)/Away (1999).mp4');
    await library.scan();
    await library.db.database.run("update root_folders set device = 'another'");
    await rename(path, join(library.root, '../away.mp4'));
    await library.sidecar('left-behind.txt', 'x');
    expect(await library.scan()).toMatchObject({
      missing: 0,
      roots: [{ unavailable: expect.stringMatching(/device/) }],
    });
    expect(await one('select missing_since from media_files')).toBeNull();
    await rename(join(library.root, '../away.mp4'), path);
    expect(await library.scan()).toMatchObject({ seen: 1, missing: 0, added: 0 });
    expect(await one('select device from root_folders')).not.toBe('another');
  });

  it('marks what is gone as missing, forgets nothing, and takes it back', async () => {
    const path = await library.film('Lost (1999)/Lost (1999).mp4');
    await library.film('Kept (1999)/Kept (1999).mp4');
    await library.scan();
    await rename(path, join(library.root, '../lost-for-a-while.mp4'));
    expect(await library.scan()).toMatchObject({ missing: 1 });
    expect(await library.titles()).toEqual(['Kept 1', 'Lost 0']);
    await rename(join(library.root, '../lost-for-a-while.mp4'), path);
    expect(await library.scan()).toMatchObject({ missing: 0, added: 0, returned: 1 });
    expect(await library.titles()).toEqual(['Kept 1', 'Lost 1']);
  });

  it('removes nothing when the disk is not mounted', async () => {
    await library.film('Kept (1999)/Kept (1999).mp4');
    await library.scan();
    const away = `${library.root}-away`;
    await rename(library.root, away);
    const gone = await library.scan();
    expect(gone).toMatchObject({ missing: 0, roots: [{ unavailable: expect.stringContaining('is not there') }] });
    await mkdir(library.root);
    expect(await library.scan()).toMatchObject({
      missing: 0,
      roots: [{ unavailable: expect.stringContaining('not mounted') }],
    });
    expect(await one('select count(*) from media_files where missing_since is null')).toBe(1);
    await rm(library.root, { recursive: true });
    await rename(away, library.root);
    expect(await library.scan()).toMatchObject({ missing: 0, added: 0, roots: [{ path: library.root }] });
    expect(await library.titles()).toEqual(['Kept 1']);
  });

  it('stops without marking anything when the root vanishes in mid-scan', async () => {
    for (const name of ['A', 'B', 'C', 'D']) await library.film(`${name} Film (2000)/${name} Film (2000).mp4`);
    await library.scan();
    await library.sidecar('A Film (2000)/movie.nfo', { type: 'movie', title: 'A Film', year: 2000 });
    const away = `${library.root}-away`;
    const summary = await library.scan({
      host: {
        readLocal: async (_, subjects) => {
          await rename(library.root, away);
          return subjects.map(() => ({ confidence: 0 }));
        },
      },
    });
    await rename(away, library.root);
    expect(summary.missing).toBe(0);
    expect(summary.roots[0]?.unavailable).toContain('is not there');
    expect(await one('select count(*) from media_files where missing_since is not null')).toBe(0);
  });

  it('ends the same after being cut off anywhere', async () => {
    for (let n = 0; n < 90; n++) await library.film(`Film ${n} (2000)/Film ${n} (2000).mp4`);
    const stop = new AbortController();
    await expect(library.scan({ signal: stop.signal, onChange: () => stop.abort(new Error('cut')) })).rejects.toThrow(
      'cut',
    );
    const begun = Number(await one('select count(*) from media_files'));
    expect(begun).toBeGreaterThan(0);
    expect(begun).toBeLessThan(90);
    await library.scan();
    expect(Number(await one('select count(*) from media_files'))).toBe(90);
    expect((await library.titles()).length).toBe(90);
    expect(await library.scan()).toMatchObject({ added: 0, changed: 0, missing: 0 });
  });

  it('notices a changed sidecar without reading the film again', async () => {
    await library.film('Slow Boat (2012)/Slow Boat (2012).mp4');
    await library.scan();
    await library.sidecar('Slow Boat (2012)/movie.nfo', { type: 'movie', title: 'The Slow Boat', year: 2012 });
    expect(await library.scan()).toMatchObject({ changed: 1, added: 0 });
    expect(await library.titles()).toEqual(['The Slow Boat 1']);
  });

  it.each([
    [
      'the encoding that they declare',
      '<?xml version="1.0" encoding="windows-1251"?>',
      Buffer.from([0xcf, 0xf0, 0xe8]),
    ],
    ['Western where they are not the UTF-8 they declare', '<?xml version="1.0" encoding="UTF-8"?>', latin('né')],
    ['Western where they declare nothing', '', latin('né')],
    ['UTF-8 also where they are cut', '', Buffer.from(`né${'ï'.repeat(200_000)}`)],
  ])('reads sidecars as %s', async (_, declaration, text) => {
    const path = await library.film('Slow Boat (2012)/Slow Boat (2012).mp4');
    await writeFile(join(path, '../movie.nfo'), Buffer.concat([latin(declaration), text]));
    const seen: string[] = [];
    await library.scan({
      host: {
        readLocal: async (_source, subjects) =>
          subjects.map(({ files }) => (seen.push(files[0]?.text ?? ''), { confidence: 0 })),
      },
    });
    expect(seen[0]?.slice(declaration.length)).toMatch(/^(?:При|né)(?:$|ï+$)/);
  });

  it('leaves out what a plugin or a mark leaves out', async () => {
    await library.film('Wanted (2001)/Wanted (2001).mp4');
    await library.film('Unwanted (2001)/Unwanted (2001).mp4');
    await library.film('Hidden (2001)/Hidden (2001).mp4');
    await library.sidecar('Hidden (2001)/.ignore', '');
    await library.film('_UNPACK_Something (2001)/Something (2001).mp4');
    await library.film('Wanted (2001)/Sample/wanted-sample.mp4');
    await library.scan({ host: { filter: async (paths) => paths.map(({ path }) => path.includes('Unwanted')) } });
    expect(await library.titles()).toEqual(['Wanted 1']);
  });

  it('does not enter the data directory of the server in a root folder around it', async () => {
    await library.film('Films/Kept (1999).mp4');
    await library.film('server/cache/Made Up (2001).mp4');
    await symlink(join(library.root, 'server'), join(library.root, 'Films/door'));
    const reserved = [join(library.root, 'server')];
    expect(await library.scan({ reserved })).toMatchObject({ seen: 1, added: 1, problems: [] });
    expect(await library.titles()).toEqual(['Kept 1']);
  });
});

describe('files that are not as they should be', () => {
  let library: TestLibrary;
  beforeEach(async () => {
    library = await createTestLibrary('sqlite');
  });
  afterEach(() => library.remove());
  const problems = async () => Object.fromEntries((await library.rows()).map(({ file, problem }) => [file, problem]));

  it('are kept with their problem: empty, truncated, mislabelled, no media at all', async () => {
    await library.film('Fine (2001).mp4');
    await writeFile(join(library.root, 'Empty (2001).mp4'), '');
    await truncate(await library.film('Cut (2001).mp4'), 100_000);
    await writeFile(join(library.root, 'Text (2001).mkv'), 'This is a letter, not a film.'.repeat(100));
    await rename(await library.film('Mislabelled (2001).mp4'), join(library.root, 'Mislabelled (2001).mkv'));
    await library.scan();
    const found = await problems();
    expect(found['Fine (2001).mp4']).toBe('');
    expect(found['Mislabelled (2001).mkv']).toBe('');
    for (const name of ['Empty (2001).mp4', 'Cut (2001).mp4', 'Text (2001).mkv'])
      expect(found[name], name).not.toBe('');
  });

  it('do not stop the others when they cannot be read', async () => {
    await library.film('Fine (2001).mp4');
    await symlink(join(library.root, 'nowhere.mp4'), join(library.root, 'Dangling (2001).mp4'));
    const locked = join(library.root, 'Locked');
    await library.film('Locked/Locked Film (2001).mp4');
    await chmod(locked, 0);
    const summary = await library.scan();
    await chmod(locked, 0o755);
    expect(summary.problems.map(({ path }) => path)).toContain(join(library.root, 'Dangling (2001).mp4'));
    expect(await library.titles()).toContain('Fine 1');
  });

  it('leave the root by no link, as nothing outside would be played', async () => {
    await library.film('Inside (2001).mp4');
    const outside = `${library.root}-outside`;
    await mkdir(outside);
    await rename(await library.film('Outside (2001).mp4'), join(outside, 'Outside (2001).mp4'));
    await symlink(outside, join(library.root, 'Folder'));
    await symlink(join(outside, 'Outside (2001).mp4'), join(library.root, 'Film (2001).mp4'));
    const { problems } = await library.scan();
    await rm(outside, { recursive: true });
    expect(await library.titles()).toEqual(['Inside 1']);
    expect(problems.filter(({ reason }) => reason.includes('leads outside'))).toHaveLength(2);
  });

  it('may have loops of links, hard links and many names', async () => {
    const path = await library.film('Loop (2001)/Loop (2001).mp4');
    await symlink(library.root, join(library.root, 'Loop (2001)/back'));
    await symlink(join(library.root, 'Loop (2001)'), join(library.root, 'Other way'));
    await link(path, join(library.root, 'Loop (2001)/Loop (2001) - hard.mp4'));
    const summary = await library.scan();
    expect(summary.seen).toBe(2);
    expect(await library.titles()).toEqual(['Loop 2']);
  });

  it('may have names in any script and of any length, however they are composed', async () => {
    const names = [
      '七人の夜 (1954)',
      'Ночной поезд (1978)',
      'رسالة (1976)',
      'Café (1999)'.normalize('NFD'),
      `${'Long '.repeat(40)}(2001)`,
      '🚀 Rocket (2020)',
    ];
    for (const name of names) await library.film(`${name}.mp4`);
    await library.film('Café (1999)/Café (1999).mp4'.normalize('NFC'));
    await writeFile(
      Buffer.concat([Buffer.from(`${library.root}/broken `), Buffer.from([0xff, 0xfe]), Buffer.from('.mp4')]),
      'x',
    );
    const summary = await library.scan();
    expect(await library.titles()).toHaveLength(names.length);
    expect(await library.titles()).toContainEqual(expect.stringMatching(/^Caf.* 2$/));
    expect(summary.problems).toContainEqual(expect.objectContaining({ reason: expect.stringContaining('UTF-8') }));
  });

  it('are read again when their bytes change', async () => {
    const path = await library.film('Growing (2001).mp4');
    await truncate(path, 50_000);
    await library.scan();
    expect((await problems())['Growing (2001).mp4']).not.toBe('');
    await library.film('Growing (2001).mp4');
    await utimes(path, new Date(), new Date(Date.now() + 5000));
    expect(await library.scan()).toMatchObject({ changed: 1 });
    expect((await problems())['Growing (2001).mp4']).toBe('');
  });
});

describe.each(testDialects)('scanning shows on %s', (dialect) => {
  let library: TestLibrary;
  beforeEach(async () => {
    library = await createTestLibrary(dialect, 'shows');
  });
  afterEach(() => library.remove());
  const episodes = async () => {
    const rows = await library.db.database.all<{
      show: string;
      season: number;
      episode: number;
      title: string;
      n: number;
    }>(
      `select s.title as show, e.season_number as season, e.episode_number as episode, e.title, e.file_count as n from media_items e
       join media_items s on s.id = e.show_id where e.type = 'episode' order by s.title, e.season_number, e.episode_number`,
    );
    return rows.map((row) => `${row.show} ${row.season}x${row.episode} ${row.title} ${row.n}`);
  };

  it('puts episodes into seasons and shows, by folder and sidecar', async () => {
    await library.sidecar('Tide Tables (2015)/tvshow.nfo', {
      type: 'show',
      title: 'Tide Tables',
      year: 2015,
      ids: { tvdb: '9' },
    });
    await library.sidecar('Tide Tables (2015)/poster.jpg', 'a');
    await library.sidecar('Tide Tables (2015)/season01-poster.jpg', 'b');
    await library.film('Tide Tables (2015)/Season 01/Tide Tables - S01E01 - Ebb.mp4');
    await library.sidecar('Tide Tables (2015)/Season 01/Tide Tables - S01E01 - Ebb.nfo', {
      type: 'episode',
      title: 'Ebb and Flow',
      season: 1,
      episode: 1,
    });
    await library.film('Tide Tables (2015)/Season 01/Tide Tables - S01E02-E03.mp4');
    await library.film('Tide Tables (2015)/Specials/Tide Tables - S00E01.mp4');
    await library.film('Other Show/other.show.s02e05.mp4');
    expect(await library.scan()).toMatchObject({ added: 4, unmatched: 0 });
    expect(await episodes()).toEqual([
      'Other Show 2x5 Episode 5 1',
      'Tide Tables 0x1 Episode 1 1',
      'Tide Tables 1x1 Ebb and Flow 1',
      'Tide Tables 1x2 Episode 2 1',
      'Tide Tables 1x3 Episode 3 1',
    ]);
    expect(await library.titles()).toEqual(['Other Show 1', 'Tide Tables 4']);
    const kinds = await library.db.database.all<{ type: string; kind: string }>(
      'select i.type, a.kind from artwork a join media_items i on i.id = a.item_id order by i.type',
    );
    expect(kinds).toEqual([
      { type: 'season', kind: 'poster' },
      { type: 'show', kind: 'poster' },
    ]);
  });

  it('keeps a show whose title was edited when an episode is added', async () => {
    await library.film('Tide Tables (2015)/Season 01/S01E01.mp4');
    await library.scan();
    await library.db.database.run(
      "update media_items set title = 'Edited', folded_title = 'edited', sort_title = 'Edited' where type = 'show'",
    );
    await library.film('Tide Tables (2015)/Season 01/S01E02.mp4');
    await library.scan();
    expect(await episodes()).toHaveLength(2);
    expect(await library.titles()).toHaveLength(1);
  });

  it('moves an episode to another number when it is renamed', async () => {
    const path = await library.film('Tide Tables (2015)/Season 01/S01E01.mp4');
    await library.scan();
    await rename(path, path.replace('S01E01', 'S01E04'));
    await library.scan();
    expect(await episodes()).toEqual(['Tide Tables 1x4 Episode 4 1']);
  });

  it('keeps two shows in one folder apart', async () => {
    await library.film('First Show S01E01.mp4');
    await library.film('Second Show S01E01.mp4');
    await library.scan();
    await library.film('Second Show S01E02.mp4');
    await library.scan();
    expect(await episodes()).toEqual([
      'First Show 1x1 Episode 1 1',
      'Second Show 1x1 Episode 1 1',
      'Second Show 1x2 Episode 2 1',
    ]);
  });
});
