import { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { Plugin } from '@vitascope/sdk';
import { frameLink, Peer, serve } from '@vitascope/sdk/runtime';
import type { PluginProcessOrder } from './kernel/plugins/process/plugin-child.ts';
import { SdkProvision } from './kernel/plugins/sdk-provision.ts';

/**
 * The process of one plugin. It has the rights that the server gave it on its command line, loads the plugin, and serves it over the
 * socket that the server holds the other end of. It ends with the server.
 */
const { entry, folder } = JSON.parse(process.argv[2] ?? '{}') as PluginProcessOrder;
const socket = new Socket({ fd: 3, readable: true, writable: true });
socket.on('close', () => process.exit(0));
// The server says when it is over by hanging up; Ctrl-C reaches the whole group.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
const link = frameLink(socket, (error) => {
  throw error;
});
new SdkProvision().add(folder);

try {
  const module = (await import(pathToFileURL(entry).href)) as { default?: Plugin };
  if (module.default?.vitascope?.format !== 1) throw new Error('it has no default export made with definePlugin()');
  serve(module.default, link);
} catch (error) {
  // Told to whoever asks first, which is the server's question what the plugin is.
  const message = `Its module failed to load: ${error instanceof Error ? error.message : String(error)}`;
  new Peer(link, () => Promise.reject(Object.assign(new Error(message, { cause: error }), { code: 'internal' })));
}
