import { parseName } from '../domains/library/name-parser/parse-name.ts';

/** Where the command reads and writes. */
export interface ParseStreams {
  stdin: AsyncIterable<string | Uint8Array>;
  stdout: { write(text: string): boolean; once(event: 'drain', listener: () => void): unknown };
}

export interface ParseOptions {
  /** Read lines `{"input": "<name>"}` from standard input and write one JSON line each. */
  jsonl?: boolean;
  /** Names given as arguments. */
  names: string[];
}

const BATCH = 64 * 1024;

function answer(input: string): string {
  const { title, year, season, seasons, episodes, resolution, source, videoCodec, releaseGroup, edition, date, type } =
    parseName(input);
  return JSON.stringify({
    title,
    year,
    season,
    seasons,
    episodes,
    resolution,
    source,
    videoCodec,
    releaseGroup,
    edition,
    date,
    type,
  });
}

/** A line that is no request gets an answer of its own: the lines of input and output stay in step. */
function answerLine(line: string): string {
  try {
    const request: unknown = JSON.parse(line);
    const input = typeof request === 'object' && request !== null ? (request as { input?: unknown }).input : undefined;
    if (typeof input !== 'string')
      return JSON.stringify({
        error: 'Expected an object with a text field "input", for example {"input": "Name.2001.mkv"}.',
      });
    return answer(input);
  } catch (error) {
    return JSON.stringify({
      error: `The line is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}

async function* readLines(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    parts.push(lines[0]!);
    for (let i = 1; i < lines.length; i++) {
      yield parts.join('');
      parts = [lines[i]!];
    }
  }
  const last = parts.join('') + decoder.decode();
  if (last !== '') yield last;
}

/** Prints what the parser makes of names: of the arguments, one JSON object a line, or with `jsonl` of the lines of standard input. */
export async function parse(options: ParseOptions, io: ParseStreams): Promise<void> {
  let pending: string[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    const text = pending.join('');
    pending = [];
    size = 0;
    if (text !== '' && !io.stdout.write(text))
      await new Promise<void>((resolve) => void io.stdout.once('drain', resolve));
  };
  const emit = async (line: string): Promise<void> => {
    pending.push(line, '\n');
    size += line.length;
    if (size > BATCH) await flush();
  };
  for (const name of options.names) await emit(answer(name));
  if (options.jsonl) {
    for await (const line of readLines(io.stdin)) if (line.trim() !== '') await emit(answerLine(line));
  }
  await flush();
}
