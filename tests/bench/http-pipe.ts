import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  status: number;
  /** Bytes of the body. */
  length: number;
}

/**
 * One keep-alive connection that sends prepared requests and counts what comes back. It reads into one buffer and keeps nothing,
 * so that it costs far less than the server it measures. Bodies need a Content-Length or chunks.
 */
export class HttpPipe {
  readonly #socket: Socket;
  /** Bytes of all bodies so far, those of unfinished answers included. */
  received = 0;
  #settle: { resolve(answer: HttpAnswer): void; reject(error: Error): void } | undefined;
  #head = '';
  #status = 0;
  #length = 0;
  /** Of the body still to come; undefined while the head is being read, -1 while chunks come. */
  #left: number | undefined;
  #tail = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    const fail = (error: Error): void => {
      this.#settle?.reject(error);
      this.#settle = undefined;
    };
    socket.on('error', fail);
    socket.on('close', () => fail(new Error('The server closed the connection.')));
  }

  static open(port: number, bufferBytes = 256 * 1024): Promise<HttpPipe> {
    const buffer = Buffer.allocUnsafe(bufferBytes);
    return new Promise((resolve, reject) => {
      let pipe: HttpPipe | undefined;
      const callback = (read: number): boolean => {
        pipe?.read(buffer.subarray(0, read));
        return true;
      };
      const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } }, () => {
        pipe = new HttpPipe(socket);
        resolve(pipe);
      });
      socket.once('error', reject);
    });
  }

  /** Sends a request, head and body complete, and waits for the whole answer. */
  send(request: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#head = '';
      this.#left = undefined;
      this.#length = 0;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#settle = undefined;
    this.#socket.destroy();
  }

  read(chunk: Buffer): void {
    let body = chunk;
    if (this.#left === undefined) {
      this.#head += chunk.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end < 0) return;
      body = chunk.subarray(chunk.length - (this.#head.length - end - 4));
      this.#readHead(this.#head.slice(0, end));
    }
    this.received += body.length;
    this.#length += body.length;
    if (this.#left === -1) {
      this.#tail = (this.#tail + body.subarray(-8).toString('latin1')).slice(-8);
      if (this.#tail.endsWith('0\r\n\r\n')) this.#finish();
      return;
    }
    this.#left = (this.#left ?? 0) - body.length;
    if (this.#left <= 0) this.#finish();
  }

  #readHead(head: string): void {
    this.#status = Number(head.slice(9, 12));
    this.#tail = '';
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length !== undefined) this.#left = Number(length);
    else if (/\r\ntransfer-encoding: *chunked/i.test(head)) this.#left = -1;
    else this.#left = 0;
  }

  #finish(): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.resolve({ status: this.#status, length: this.#length });
  }
}

/** The head of a GET request. */
export const getRequest = (path: string, headers: Readonly<Record<string, string>> = {}): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
