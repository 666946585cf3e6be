import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDialects } from '../../kernel/database/database.testing.ts';
import { createTestCatalog, entryOf, viewer } from './catalog.testing.ts';
import type { TestCatalog } from './catalog.testing.ts';

describe.each(testDialects)('search on %s', (dialect) => {
  let catalog: TestCatalog;
  const titles = async (text: string): Promise<string[]> =>
    (await catalog.service.search(text, 20, viewer)).items.map(({ title }) => title);
  const people = async (text: string): Promise<string[]> =>
    (await catalog.service.search(text, 20, viewer)).people.map(({ name }) => name);

  beforeAll(async () => {
    catalog = await createTestCatalog(dialect);
    await catalog.add(
      { title: 'A String of Pearls', year: 1950 },
      { title: 'Rings of Smoke', year: 1960 },
      { title: 'Ring', year: 1998 },
      { title: 'Ring', year: 2002 },
      { title: 'The Old Ring', year: 1970 },
      { title: 'Silence', year: 1980, originalTitle: 'Ringarna' },
      { title: 'Cast Away From Home', year: 1981, credits: [{ name: 'Ringo Marsh', role: 'actor' }] },
      {
        title: 'Plot Only',
        year: 1982,
        overview: "Somebody loses a ring in the sea. 彼は灯台へ行く。 L’été d'un peintre.",
      },
      { title: '千と千の夜', originalTitle: 'Sen to Sen no Yoru', credits: [{ name: '山田 花子', role: 'actor' }] },
      { title: '夜の海' },
      { title: 'ガラスの城' },
      { title: 'نهر الليل' },
      { title: 'Зимний вечер' },
      { title: 'Ο δρόμος της νύχτας' },
      { title: '밤의 강' },
      { title: '🎬 Behind' },
      { title: '100% Wool' },
      { title: 'Under_score' },
      { title: '???' },
      { title: 'Amélie et moi', credits: [{ name: 'Zoë Ångström', role: 'director' }] },
    );
    await catalog.apply(entryOf({ title: 'Ring of Nothing', year: 2024 }));
    const [show] = await catalog.apply(entryOf({ type: 'show', title: 'Harbour Street' }));
    await catalog.apply({
      showId: show!.itemId,
      ...entryOf({ type: 'episode', title: 'The Lighthouse Keeper', season: 1, episode: 1 }),
    });
  });
  afterAll(() => catalog.remove());

  it('gives the best first: same title, beginning, word, inside, original title, cast, overview', async () => {
    expect(await titles('ring')).toEqual([
      'Ring',
      'Ring',
      'Rings of Smoke',
      'The Old Ring',
      'Ring of Nothing',
      'A String of Pearls',
      'Silence',
      'Cast Away From Home',
      'Plot Only',
    ]);
    expect((await catalog.service.search('ring', 2, viewer)).items.map(({ year }) => year)).toEqual([2002, 1998]);
  });

  it.each([
    ['千', ['千と千の夜']],
    ['千の', ['千と千の夜']],
    ['の夜', ['千と千の夜']],
    ['千と千', ['千と千の夜']],
    ['夜', ['夜の海', '千と千の夜']],
    ['海', ['夜の海']],
    ['がらす', ['ガラスの城']],
    ['ｶﾞﾗｽ', ['ガラスの城']],
    ['الليل', ['نهر الليل']],
    ['نه', ['نهر الليل']],
    ['ВЕЧЕР', ['Зимний вечер']],
    ['зи', ['Зимний вечер']],
    ['ве', ['Зимний вечер']],
    ['νύχτας', ['Ο δρόμος της νύχτας']],
    ['ΝΥΧΤΑΣ', ['Ο δρόμος της νύχτας']],
    ['강', ['밤의 강']],
    ['🎬', ['🎬 Behind']],
    ['amelie', ['Amélie et moi']],
    ['AMÉLIE ET', ['Amélie et moi']],
    ['angstrom', ['Amélie et moi']],
    ['灯台へ', ['Plot Only']],
    ['peintre été', ['Plot Only']],
    ['SOMEBODY loses', ['Plot Only']],
    ['somebody finds', []],
    ['lighthouse', ['The Lighthouse Keeper']],
    ['100%', ['100% Wool']],
    ['???', ['???']],
    ['sen no yoru', ['千と千の夜']],
  ])('finds by %s', async (text, expected) => {
    expect(await titles(text)).toEqual(expected);
  });

  it.each([
    `"`,
    `'`,
    `a" OR "b`,
    `title:x`,
    `NEAR(a b)`,
    `ring AND NOT smoke`,
    `*`,
    `^ring`,
    `%`,
    `_`,
    `\\`,
    `{title} : x`,
    `'; drop table media_items; --`,
    `\0`,
    '('.repeat(200),
  ])('takes %s as plain text', async (text) => {
    await expect(titles(text)).resolves.not.toContain('Ring of Nothing');
    expect((await catalog.service.list({ query: text }, { page: 1, pageSize: 5 }, viewer)).total).toBeLessThanOrEqual(
      1,
    );
  });

  it('finds nothing by a wildcard', async () => {
    expect(await titles('r_ng')).toEqual([]);
    expect(await titles('r%g')).toEqual([]);
  });

  it('finds people in any script, the same name first', async () => {
    expect(await people('ring')).toEqual(['Ringo Marsh']);
    expect(await people('MARSH')).toEqual(['Ringo Marsh']);
    expect(await people('zoe')).toEqual(['Zoë Ångström']);
    expect(await people('å')).toEqual(['Zoë Ångström']);
    expect(await people('山')).toEqual(['山田 花子']);
    expect(await people('花子')).toEqual(['山田 花子']);
  });
});
