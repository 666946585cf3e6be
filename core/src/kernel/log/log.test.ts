import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions } from './logger.ts';
import { redact, redactText } from './redact.ts';

function open(options: Partial<LogOptions> = {}, isTTY = false) {
  const written: string[] = [];
  const log = createLog(
    { level: 'info', format: 'auto', keepLines: 100, ...options },
    { write: (text) => written.push(text), isTTY },
  );
  return { ...log, written };
}

describe('the log', () => {
  it('writes JSON to a pipe and text to a terminal', () => {
    const pipe = open();
    pipe.logger.info({ library: 7 }, 'Scan finished');
    expect(JSON.parse(pipe.written[0] ?? '')).toMatchObject({ level: 30, library: 7, msg: 'Scan finished' });
    const terminal = open({}, true);
    terminal.logger.warn({ library: 7 }, 'Folder is gone');
    expect(terminal.written[0]).toMatch(/\d\d:\d\d:\d\d.*warn.*Folder is gone.*library=7/);
  });

  it('lets nobody steer the terminal or forge a line', () => {
    const { logger, written } = open({ format: 'pretty' });
    logger.info({ name: 'a\u001B[2Jb\nERROR fake' }, 'first\nsecond');
    expect(written[0]?.trimEnd().split('\n')).toHaveLength(1);
    expect(written[0]).not.toContain('\u001B');
  });

  it('never writes or keeps a secret, however deep or wherever it stands', () => {
    const { logger, lines, written } = open();
    const secret = 'hunter2hunter2';
    const error = new Error(`GET https://host/x?apikey=${secret} failed`, { cause: new Error(`Bearer ${secret}`) });
    logger.child({ token: secret, request: { headers: { Authorization: `Bearer ${secret}`, cookie: secret } } }).error(
      {
        err: error,
        settings: [{ apiKey: secret, password: secret }],
        url: `postgresql://u:${secret}@h/db?x=1`,
        deep: { a: { b: { client_secret: secret } } },
      },
      `stream /stream/1?s=${secret}&t=1`,
    );
    expect(written.join('')).not.toContain(secret);
    expect(JSON.stringify(lines.recent())).not.toContain(secret);
    expect(written[0]).toContain('apikey=[redacted]');
    expect(lines.recent()[0]?.message).toBe('stream /stream/1?s=[redacted]&t=1');
  });

  it('keeps the newest lines, by level, text and sequence', () => {
    const { logger, lines } = open({ keepLines: 100, level: 'debug' });
    for (let index = 0; index < 250; index++) logger[index % 10 === 0 ? 'warn' : 'debug']({ index }, `line ${index}`);
    expect(lines.recent({ level: 'warn' }).map((line) => line.data.index)).toEqual([
      240, 230, 220, 210, 200, 190, 180, 170, 160, 150,
    ]);
    expect(lines.recent({ level: 'debug', limit: 1000 })).toHaveLength(100);
    expect(lines.recent({ level: 'debug', after: 247 }).map((line) => line.message)).toEqual(['line 249', 'line 248']);
    expect(lines.recent({ level: 'trace', contains: 'LINE 24' })).toHaveLength(10);
  });

  it('tells listeners of each line until they leave', () => {
    const { logger, lines } = open();
    const seen: string[] = [];
    const stop = lines.onLine((line) => seen.push(line.message));
    logger.info('one');
    stop();
    logger.info('two');
    expect(seen).toEqual(['one']);
  });
});

describe('redaction', () => {
  it('survives circles, bigints, bytes and great depth', () => {
    const circle: Record<string, unknown> = { size: 5n, bytes: Buffer.from('secret'), when: new Date(0) };
    circle.self = circle;
    expect(JSON.stringify(redact(circle))).toBe(
      '{"size":"5","bytes":"[6 bytes]","when":"1970-01-01T00:00:00.000Z","self":"[…]"}',
    );
    let deep: unknown = 'x';
    for (let level = 0; level < 1000; level++) deep = { deep };
    expect(JSON.stringify(redact(deep)).length).toBeLessThan(200);
  });
  it('leaves ordinary text alone', () => {
    expect(redactText('Matched The Codes (1999) = 0.9; see https://example.org/?page=2')).toBe(
      'Matched The Codes (1999) = 0.9; see https://example.org/?page=2',
    );
    expect(redactText('token vs_abcdefghijklmnopqrstuvwxyz0123456789-_abcde')).toBe('token [redacted]');
  });
});
