import type { Link, Message } from '@vitascope/sdk/runtime';

/** A child process, or one's own end of the line to the parent. */
interface IpcEnd {
  connected: boolean;
  send?(message: Message): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

const noBytes = new Uint8Array();

/** Node's own line between a process and its child. It carries no bytes; nothing that uses it has any. */
export const ipcLink = (end: IpcEnd): Link => ({
  direct: false,
  send(message, bytes) {
    if (bytes.length > 0) throw new Error('Node’s line between processes carries no bytes.');
    if (end.connected) end.send?.(message);
  },
  receive: (listener) => void end.on('message', (message) => listener(message as Message, noBytes)),
});
