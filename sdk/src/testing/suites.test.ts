import { describe, expect, it } from 'vitest';
import {
  fail,
  localMetadata,
  metadata,
  definePlugin,
  secret,
  z,
  type MediaEntry,
  type MetadataMethods,
} from '../index.ts';
import { describeLocalMetadata } from './local-metadata-suite.ts';
import { describeMetadata, type MetadataExamples } from './metadata-suite.ts';

const films = [
  { id: '1', title: 'North of the River' },
  { id: '2', title: 'The River Again' },
  { id: '3', title: 'A River in Winter' },
];
const key = 'k-0123456789';
const entry = (film: { id: string; title: string }): MediaEntry => ({ type: 'movie', ...film });

/** Plays a little film service. */
async function respond(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (request.headers.get('x-key') !== key) return new Response('{}', { status: 401 });
  const id = /films\/(\w+)$/.exec(url.pathname)?.[1];
  if (id) {
    const film = films.find((known) => known.id === id);
    return film ? Response.json(film) : new Response('{}', { status: 404 });
  }
  const hits = films.filter((film) => film.title.toLowerCase().includes(url.searchParams.get('q') ?? ''));
  const page = Number(url.searchParams.get('page') ?? 1);
  return Response.json({ films: hits.slice(page * 2 - 2, page * 2), more: hits.length > page * 2 });
}

const pluginWith = (changes: Partial<MetadataMethods<any>> = {}) =>
  definePlugin({
    provides: [
      metadata(
        {
          kind: 'films',
          name: 'Films',
          media: ['movie'],
          settings: z.object({ url: z.url(), key: secret() }),
          http: ({ settings }) => ({ base: settings.url, headers: { 'x-key': settings.key } }),
        },
        {
          check: async (_, c) => void (await c.http.json('films', { query: { q: '' } })),
          async search({ type, query, cursor = '1' }, c) {
            if (type !== 'movie') fail('unsupported', `No ${type}`);
            const answer = await c.http.json('films', { query: { q: query, page: cursor } });
            return { items: c.each(answer.films, entry), next: answer.more ? String(Number(cursor) + 1) : undefined };
          },
          get: async ({ id }, c) => entry(await c.http.json(`films/${id}`)),
          ...changes,
        },
      ),
    ],
  });

const examples: MetadataExamples = {
  kind: 'films',
  settings: { url: 'https://films.example/v1', key },
  respond,
  found: { type: 'movie', query: 'north' },
  nothing: { type: 'movie', query: 'zzz' },
  paged: { type: 'movie', query: 'river' },
  entry: { type: 'movie', id: '2' },
  missing: { type: 'movie', id: '9' },
  unsupported: 'game',
  runner: { describe, it },
};

describe('a good plugin passes', () => {
  describeMetadata(pluginWith(), examples);
  describeLocalMetadata(
    definePlugin({
      provides: [
        localMetadata(
          { kind: 'txt', name: 'Text', files: { movie: ['{stem}.txt'] } },
          {
            check: async () => {},
            read: async ({ subjects }) => ({
              descriptions: subjects.map(({ type, files: [file] }) => {
                const title = file && /^Title: (.+)$/m.exec(file.text)?.[1];
                return title ? { data: { type, title }, confidence: 0.5 } : { confidence: 0 };
              }),
            }),
            write: async ({ name, data }) => ({ files: [{ path: `${name}.txt`, text: `Title: ${data.title}` }] }),
          },
        ),
      ],
    }),
    {
      kind: 'txt',
      runner: { describe, it },
      examples: [
        {
          subject: { name: 'a.mkv', type: 'movie', files: [{ path: 'a.txt', text: 'Title: A Film' }] },
          says: { title: 'A Film' },
        },
      ],
    },
  );
});

/** Runs a suite with a runner that only counts; the names of the tests that fail. */
async function failures(changes: Partial<MetadataMethods<any>>): Promise<string[]> {
  const tests: [string, () => Promise<void>][] = [];
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => void tests.push([name, body]),
  };
  describeMetadata(pluginWith(changes), { ...examples, runner });
  const failed = new Set<string>();
  for (const [name, body] of tests) await body().catch(() => failed.add(name));
  return [...failed];
}

describe('a bad plugin is found out', () => {
  it.each<[string, string, Partial<MetadataMethods<any>>]>([
    [
      'swallows what goes wrong',
      'answers auth when the remote answers 401',
      {
        search: async (_, c) => ({
          items: await c.http.json('films').then(
            () => [],
            () => [],
          ),
        }),
      },
    ],
    [
      'makes up titles',
      'finds nothing where there is nothing',
      { search: async () => ({ items: [entry(films[0]!)] }) },
    ],
    [
      'never comes to an end of its pages',
      'goes through all pages, each title once',
      {
        search: async ({ cursor = '0' }) => ({
          items: [{ type: 'movie', id: cursor, title: 'x' }],
          next: String(Number(cursor) + 1),
        }),
      },
    ],
    ['answers another title', 'tells all about a title, the same every time', { get: async () => entry(films[0]!) }],
    [
      'knows everything',
      'does not know what is not there',
      { get: async ({ id, type }) => ({ id, type, title: 'Anything' }) },
    ],
    [
      'tells its key',
      'answers unavailable when the remote answers 500',
      {
        search: async (_, c) => {
          c.log.warn(`with ${c.settings.key}`);
          return c.http.json('films');
        },
      },
    ],
    [
      'leaves an answer unread',
      'tells all about a title, the same every time',
      {
        get: async ({ id }, c) => {
          await c.http.request('films', { query: { q: 'river' } });
          return { ...entry(films[1]!), id };
        },
      },
    ],
  ])('that %s', async (_, test, changes) => {
    expect(await failures(changes)).toContain(test);
  });
});
