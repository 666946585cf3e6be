/**
 * Large buffers that are used again and again, the last one given back first: it is still in the processor's cache. Few
 * are filled at a time, so that with many clients the ones in use stay few, too.
 */
export interface TransferBuffers {
  /** Resolves when it is somebody's turn to fill a buffer; `filled` ends the turn, `give` returns the buffer. */
  take(): Promise<Buffer>;
  filled(): void;
  give(buffer: Buffer): void;
}

const keptIdle = 16;
const forgetAfterMs = 15_000;

export interface TransferBuffersOptions {
  /** Size of each buffer. */
  bytes: number;
  /** Buffers that are filled at the same time. */
  turns: number;
}

export function createTransferBuffers({ bytes, turns }: TransferBuffersOptions): TransferBuffers {
  const idle: Buffer[] = [];
  const waiting: ((buffer: Buffer) => void)[] = [];
  let free = turns;
  let timer: NodeJS.Timeout | undefined;
  const forget = (): void => {
    idle.length = 0;
    timer = undefined;
  };
  const one = (): Buffer => idle.pop() ?? Buffer.allocUnsafeSlow(bytes);
  return {
    take() {
      if (free === 0) return new Promise((resolve) => waiting.push(resolve));
      free--;
      return Promise.resolve(one());
    },
    filled() {
      const next = waiting.shift();
      if (next) next(one());
      else free++;
    },
    give(buffer) {
      if (idle.length < keptIdle) idle.push(buffer);
      if (timer) timer.refresh();
      else timer = setTimeout(forget, forgetAfterMs).unref();
    },
  };
}
