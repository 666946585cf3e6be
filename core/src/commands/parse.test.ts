import { describe, expect, it } from 'vitest';
import { parse } from './parse.ts';

function collect(): {
  text: () => string;
  stdout: { write(text: string): boolean; once(event: 'drain', listener: () => void): unknown };
} {
  const parts: string[] = [];
  return {
    text: () => parts.join(''),
    stdout: {
      write: (text) => parts.push(text) > 0,
      once: (_event, listener) => listener(),
    },
  };
}

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* parts;
}

async function run(...parts: (string | Uint8Array)[]): Promise<unknown[]> {
  const out = collect();
  await parse({ jsonl: true, names: [] }, { stdin: chunks(...parts), stdout: out.stdout });
  return out
    .text()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}

describe('vitascope parse', () => {
  it('answers each line in order, without the fields a name does not have', async () => {
    expect(
      await run('{"input":"Harbour.Lights.S02E05.1080p.WEB-DL.x264-GRP"}\n{"input":"Paper Moons (2015)"}\n'),
    ).toEqual([
      {
        title: 'Harbour Lights',
        season: 2,
        episodes: [5],
        resolution: '1080p',
        source: 'WEB-DL',
        videoCodec: 'H.264',
        releaseGroup: 'GRP',
        type: 'episode',
      },
      { title: 'Paper Moons', year: 2015, episodes: [], type: 'movie' },
    ]);
  });

  it('answers a malformed line with an error and goes on', async () => {
    const answers = await run('nonsense\n{"name":"x"}\n{"input":7}\n[]\nnull\n{"input":"Paper Moons (2015)"}');
    expect(answers).toHaveLength(6);
    for (const answer of answers.slice(0, 5)) expect(answer).toEqual({ error: expect.stringMatching(/JSON|input/) });
    expect(answers[5]).toMatchObject({ title: 'Paper Moons' });
  });

  it('joins lines and characters that arrive in pieces', async () => {
    const bytes = new TextEncoder().encode('{"input":"Été (2015)"}\r\n{"input":"Hiver (2016)"}');
    const answers = await run(...Array.from(bytes, (byte) => Uint8Array.of(byte)));
    expect(answers).toMatchObject([{ title: 'Été' }, { title: 'Hiver' }]);
  });

  it('parses the names it is given as arguments', async () => {
    const out = collect();
    await parse({ names: ['Paper Moons (2015)', 'Hiver (2016)'] }, { stdin: chunks(), stdout: out.stdout });
    expect(out.text().trim().split('\n')).toHaveLength(2);
  });

  it('waits for a full output to drain', async () => {
    let waiting = 0;
    const stdout = {
      write: () => false,
      once: (_event: 'drain', listener: () => void) => (waiting++, queueMicrotask(listener)),
    };
    await parse({ jsonl: true, names: [] }, { stdin: chunks('{"input":"Hiver"}\n'.repeat(5000)), stdout });
    expect(waiting).toBeGreaterThan(1);
  });
});
