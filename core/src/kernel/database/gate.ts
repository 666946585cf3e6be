/** Lets one through at a time, in order of arrival. */
export interface Gate {
  readonly closed: boolean;
  enter(): Promise<void>;
  leave(): void;
}

export function createGate(): Gate {
  const queue: (() => void)[] = [];
  let closed = false;
  return {
    get closed() {
      return closed;
    },
    enter() {
      if (!closed) {
        closed = true;
        return Promise.resolve();
      }
      return new Promise((resolve) => queue.push(resolve));
    },
    leave() {
      const next = queue.shift();
      if (next) next();
      else closed = false;
    },
  };
}
