import { it } from 'node:test';
import assert from 'node:assert/strict';
import { createTestHost } from '@vitascope/sdk/testing';
import plugin from './index.ts';

it('keeps what is written', async () => {
  // As text, as between processes: what works here works in a server.
  const host = await createTestHost(plugin, { link: 'json' });
  const note = await host.route('POST /notes', { text: 'Rewind the tapes' });
  assert.equal(note.text, 'Rewind the tapes');
  assert.deepEqual(await host.route('GET /notes'), { items: [note] });
  assert.equal(host.documents('notes').size, 1);
  await host.close();
});

it('refuses an empty note, and names the member', async () => {
  const host = await createTestHost(plugin, { link: 'json' });
  await assert.rejects(host.route('POST /notes', { text: '' }), { code: 'validation_failed' });
  assert.equal(host.documents('notes').size, 0);
  await host.close();
});
