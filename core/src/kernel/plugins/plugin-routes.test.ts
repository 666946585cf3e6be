import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPluginHarness, type PluginHarness } from './plugins.testing.ts';

const source = `
import { definePlugin, fail, route, z } from '@vitascope/sdk';
const output = z.object({ ok: z.boolean() });
const size = z.coerce.number().int().max(10);
const read = route('GET /shelf/:row', { input: z.object({ row: z.coerce.number(), size }), output }, async () => ({ ok: true }));
const write = route('POST /shelf/:row', {
  input: z.object({ row: z.coerce.number(), books: z.array(z.object({ title: z.string() })) })
    .refine(({ books }) => books.length < 3, 'Three books do not fit'),
  output,
}, async () => ({ ok: true }));
const later = route('POST /later', { input: z.object({ when: z.string() }), output }, async ({ when }) =>
  when === 'never' ? fail('validation_failed', 'That never comes.', { errors: [{ path: 'when', message: 'Not never' }] }) : fail('validation_failed', 'Not now.'));
export default definePlugin({ routes: [read, write, later] });
`;

describe('wrong input to a route of a plugin', () => {
  let host: PluginHarness;
  beforeAll(async () => {
    host = await createPluginHarness();
    await host.write('shelves', source);
    expect((await host.service.enable('shelves')).state).toBe('active');
  });
  afterAll(() => host.close());
  const ask = async (path: string, options: object = {}) => {
    const { status, json } = await host.server.ask(`/api/v1/plugins/shelves/${path}`, { as: 'ben', ...options });
    return [status, json];
  };
  const refusal = (errors: object[]) => [400, { error_code: 'validation_failed', errors }];
  const message = expect.any(String);

  it('is answered like that to a route of the server: each member with its place in the request', async () => {
    expect(await ask('shelf/one?size=99')).toMatchObject(
      refusal([
        { path: 'params.row', message },
        { path: 'query.size', message },
      ]),
    );
    const body = { books: [{ title: 'A' }, { title: 5 }] };
    const [status, json] = await ask('shelf/1', { method: 'POST', json: body });
    expect([status, json]).toMatchObject(refusal([{ path: 'body.books.1.title', message }]));
    expect(json).toMatchObject({ title: 'Bad Request', detail: 'One value is not as documented.' });
  });

  it('names the body where a rule is about all of it', async () => {
    const body = { books: [{ title: 'A' }, { title: 'B' }, { title: 'C' }] };
    expect(await ask('shelf/1', { method: 'POST', json: body })).toMatchObject(
      refusal([{ path: 'body', message: 'Three books do not fit' }]),
    );
  });

  it('may also be found by the plugin itself', async () => {
    expect(await ask('later', { method: 'POST', json: { when: 'never' } })).toMatchObject(
      refusal([{ path: 'body.when', message: 'Not never' }]),
    );
    expect(await ask('later', { method: 'POST', json: { when: 'now' } })).toMatchObject([
      400,
      { error_code: 'validation_failed', detail: 'shelves: Not now.' },
    ]);
  });

  it('is nobody’s fault but the caller’s', () => {
    expect(host.service.get('shelves')).toMatchObject({ state: 'active', problems: [] });
  });
});
