/** Where a command prints and asks; tests bring their own. */
export interface Terminal {
  print(line: string): void;
  printError(line: string): void;
  /** Reads one line, without showing it where `hidden`. Throws when nobody can answer. */
  ask(question: string, options?: { hidden?: boolean }): Promise<string>;
}

export function processTerminal(): Terminal {
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    printError: (line) => void process.stderr.write(`${line}\n`),
    ask,
  };
}

async function ask(question: string, { hidden = false } = {}): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const { Writable } = await import('node:stream');
  const isPerson = process.stdin.isTTY;
  let isMuted = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!isMuted) process.stderr.write(chunk as Buffer);
      done();
    },
  });
  const reader = createInterface({ input: process.stdin, output, terminal: isPerson });
  try {
    if (!isPerson) {
      for await (const line of reader) return line;
      throw new Error('Nothing came on standard input.');
    }
    const answer = reader.question(question);
    isMuted = hidden;
    const text = await answer;
    if (hidden) process.stderr.write('\n');
    return text;
  } finally {
    reader.close();
  }
}
