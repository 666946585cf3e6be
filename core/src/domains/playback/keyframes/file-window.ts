import { open, type FileHandle } from 'node:fs/promises';

/** Reads pieces of a file, without ever blocking the server: its disk may be asleep. */
export interface FileWindow {
  size: number;
  /** Up to `length` bytes; fewer at the end of the file. */
  read(at: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

export async function openWindow(path: string): Promise<FileWindow> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat().catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  return {
    size,
    read: (at, length) => readAll(handle, at, Math.max(0, Math.min(length, size - at))),
    close: () => handle.close(),
  };
}

async function readAll(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
