import { it } from 'node:test';
import assert from 'node:assert/strict';
import { createTestHost } from '@vitascope/sdk/testing';
import plugin from './index.ts';

const url = 'https://messages.example/hook';

it('tells what was added and what failed', async () => {
  const sent: unknown[] = [];
  const respond = async (request: Request) => {
    sent.push([request.method, request.url, await request.json()]);
    return new Response('ok');
  };
  const host = await createTestHost(plugin, { link: 'json', options: { url }, respond });
  await host.emit('library.item.added', { ids: ['7', '8'] });
  await host.emit('plugin.failed', { id: 'other', reason: 'it stopped' });
  assert.deepEqual(sent, [
    ['POST', url, { text: '2 new titles' }],
    ['POST', url, { text: 'The plugin other has failed: it stopped' }],
  ]);
  await host.close();
});

it('is silent without an address', async () => {
  const host = await createTestHost(plugin, { link: 'json' });
  await host.emit('library.item.added', { ids: ['7'] });
  assert.deepEqual(host.seen.requests, []);
  assert.match(host.seen.log[0]?.message ?? '', /no address/);
  await host.close();
});
