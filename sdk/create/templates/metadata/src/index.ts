import { definePlugin, fail, metadata, secret, z, type MediaEntry, type MediaType } from '@vitascope/sdk';

/** What the service says about a film; whatever else it says is left out. */
const Film = z.object({
  id: z.number(),
  name: z.string(),
  year: z.number().optional(),
  about: z.string().optional(),
});

const entry = (film: unknown): MediaEntry => {
  const { id, name, year, about } = Film.parse(film);
  return { type: 'movie', id: String(id), title: name, year, overview: about };
};

const filmsOnly = (type: MediaType) => {
  if (type !== 'movie') fail('unsupported', `There are films here, no ${type}`);
};

export default definePlugin({
  provides: [
    metadata(
      {
        kind: '{{id}}',
        name: '{{name}}',
        icon: 'film',
        media: ['movie'],
        // Draws the form; a secret is stored encrypted and never sent back.
        settings: z.object({ url: z.url().meta({ title: 'Address' }), key: secret().meta({ title: 'API key' }) }),
        // Where requests go and how fast: c.http waits, repeats, and turns bad answers into typed errors.
        http: ({ settings, locale }) => ({
          base: settings.url,
          headers: { 'x-api-key': settings.key },
          query: { language: locale },
          pace: { requests: 40, per: '10s' },
        }),
      },
      {
        // The Test button.
        check: async (_, c) => {
          const { name } = await c.http.json('me', { schema: z.object({ name: z.string() }) });
          return `Signed in as ${name}`;
        },
        // c.each leaves out what cannot be read, and reports it: one bad film does not spoil the list.
        search: async ({ type, query }, c) => {
          filmsOnly(type);
          const films = await c.http.json('films', { query: { q: query }, schema: z.array(z.unknown()) });
          return { items: c.each(films, entry) };
        },
        get: async ({ type, id }, c) => {
          filmsOnly(type);
          return entry(await c.http.json(`films/${encodeURIComponent(id)}`, { schema: Film }));
        },
      },
    ),
  ],
});
