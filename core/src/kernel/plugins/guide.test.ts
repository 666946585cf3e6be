import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { metadata } from '@vitascope/sdk';
import { createPluginHarness, type PluginHarness } from './plugins.testing.ts';

const root = path.join(import.meta.dirname, '../../../..');
const guide = await readFile(path.join(root, 'docs/guides/write-a-plugin.md'), 'utf8');
/** Fenced blocks in order: files to write, commands to run. */
const blocks = [...guide.matchAll(/^```\w+ (?:file=(\S+)|(run))\n(.*?)^```$/gms)].map(([, file, , text]) => ({
  file,
  text: text!,
}));

let host: PluginHarness;
let folder: string;
beforeEach(async () => {
  host = await createPluginHarness();
  folder = path.join(host.dataDir, 'plugins/diary');
});
afterEach(() => host.close());

/** Runs a command of the guide as a shell in the plugin's folder would. */
async function run(command: string): Promise<string> {
  const [program, ...args] = command.trim().split(' ');
  const own = program === 'npx' ? [path.join(root, 'sdk/bin', `${args.shift()}.js`), ...args] : args;
  const env = { ...process.env, NODE_OPTIONS: '--conditions=source --disable-warning=ExperimentalWarning' };
  const { stdout } = await promisify(execFile)(process.execPath, own, { cwd: folder, env });
  return stdout;
}

it('works as written', { timeout: 120_000 }, async () => {
  await mkdir(folder, { recursive: true });
  const states: string[] = [];
  let tested = '';
  let packed = '';
  for (const { file, text } of blocks) {
    if (file) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    } else if (text.includes('node --test')) {
      await mkdir(path.join(folder, 'node_modules/@vitascope'), { recursive: true });
      await symlink(path.join(root, 'sdk'), path.join(folder, 'node_modules/@vitascope/sdk'));
      tested = await run(text);
    } else if (text.includes('pack')) {
      packed = await run(text);
    } else {
      await run(text);
      await host.service.rescan();
      const view = states.length ? host.service.get('diary') : await host.service.enable('diary');
      states.push(view.state);
      if (states.length === 1) {
        const { json } = await host.server.ask('/api/v1/plugins/diary/hello/Ada', { as: 'ben' });
        expect(json).toEqual({ text: 'Hello Ada' });
      }
      expect(view.reason).toBe('');
    }
  }
  expect(states).toEqual(['active', 'active', 'active']);
  expect(tested).toMatch(/^# fail 0$|ℹ fail 0/m);
  expect(tested).toMatch(/pass (\d{2,})/);
  expect(packed).toMatch(/vitascope-plugin-diary-1\.0\.0\.tgz {2}\d+ bytes\nsha512-/);

  await host.hooks.emit('library.item.added', { ids: ['7'] });
  const { items } = (await host.server.ask('/api/v1/plugins/diary/entries', { as: 'ben' })).json;
  expect(items).toMatchObject([{ id: '7', words: 'Something new' }]);
  const { pages, nav } = (await host.server.ask('/api/v1/ui/manifest', { as: 'ben' })).json;
  expect(nav).toMatchObject([{ title: 'Diary', href: '/app/plugins/diary/entries' }]);
  expect((await host.server.ask(pages[1].module.url)).text).toContain('export function mount');

  const remote = createServer((request, response) => {
    const isKnown = request.headers['x-api-key'] === 'k';
    response
      .writeHead(isKnown ? 200 : 401)
      .end(request.url!.startsWith('/me') ? '{"name":"Ada"}' : '[{"id":1,"name":"A Film"}]');
  });
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve));
  const settings = { url: `http://127.0.0.1:${(remote.address() as AddressInfo).port}`, key: 'k' };
  const connection = {
    pluginId: 'diary',
    contract: 'metadata@1',
    kind: 'diary-films',
    name: 'Mine',
    settings,
    priority: 1,
    tags: [],
    enabled: true,
  };
  expect(await host.providers.testNew(connection)).toMatchObject({ ok: true, message: 'Signed in as Ada' });
  await host.providers.create(connection);
  const { results } = await host.providers.ask(metadata, 'search', { type: 'movie', query: 'Film' });
  expect(results[0]!.value.items).toEqual([{ type: 'movie', id: '1', title: 'A Film' }]);
  await new Promise((resolve) => remote.close(resolve));
});
