import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { probe, type Probe } from './probe.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'probe-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Raise by hand after changes to the readers. */
const RUNS = Number(process.env.PROBE_FUZZ_RUNS ?? 400);

const demo = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../../../../config/demo/Films/${name}`, import.meta.url)));
const seeds = {
  matroska: demo('Below the Ninth Wave (2022)/Below the Ninth Wave (2022).mkv'),
  mp4: demo('The Last Kiln (2020)/The Last Kiln (2020).mp4'),
};

const file = path.join(folder, 'fuzz.bin');

/** What is wrong with the answer; `undefined` where the contract holds: streams that make sense, or one of two errors, soon. */
async function complaint(content: Uint8Array): Promise<string | undefined> {
  writeFileSync(file, content);
  const started = performance.now();
  const fault = await probe(file).then(faultOf, (error: { code?: string; stack?: string }) =>
    error.code === 'media_unreadable' || error.code === 'media_unsupported' ? undefined : error.stack,
  );
  const took = performance.now() - started;
  return fault ?? (took > 2000 ? `It took ${took} ms.` : undefined);
}

function faultOf(found: Probe): string | undefined {
  if (found.streams.length === 0) return 'no streams';
  if (found.durationMs !== undefined && !(found.durationMs > 0)) return `duration ${found.durationMs}`;
  if (found.chapters.some((chapter) => !Number.isInteger(chapter.startMs))) return 'a chapter without a time';
  for (const stream of found.streams) {
    if (stream.codec === '') return `no codec in stream ${stream.index}`;
    const odd = Object.entries(stream).find(
      ([, value]) => typeof value === 'number' && !(Number.isFinite(value) && value >= 0),
    );
    if (odd) return `${odd[0]} of stream ${stream.index} is ${odd[1]}`;
  }
  return undefined;
}

describe.each(Object.entries(seeds))('%s', (_, seed) => {
  // The headers lie in the first 8 KiB, in which most of the damage is done.
  const head = seed.subarray(0, 48 * 1024);
  const flips = fc.array(fc.tuple(fc.nat(6 * 1024), fc.nat(255)), { minLength: 1, maxLength: 12 });

  it('cut off anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(8 * 1024), async (length) => {
        expect(await complaint(head.subarray(0, length))).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  it('with bytes changed', async () => {
    const changed = fc.asyncProperty(flips, async (places) => {
      const copy = Buffer.from(head);
      for (const [at, value] of places) copy[at] = value;
      expect(await complaint(copy)).toBeUndefined();
    });
    await fc.assert(changed, { numRuns: 2 * RUNS });
  });

  it('with pieces moved', async () => {
    const moved = fc.asyncProperty(fc.nat(4096), fc.nat(4096), fc.nat(512), async (from, to, length) => {
      const copy = Buffer.from(head);
      head.copy(copy, to, from, from + length);
      expect(await complaint(copy)).toBeUndefined();
    });
    await fc.assert(moved, { numRuns: RUNS });
  });

  it('junk behind an honest beginning', async () => {
    const junk = fc.asyncProperty(fc.nat(600), fc.uint8Array({ maxLength: 4000 }), async (length, rest) => {
      expect(await complaint(Buffer.concat([head.subarray(0, length), rest]))).toBeUndefined();
    });
    await fc.assert(junk, { numRuns: RUNS });
  });
});

it('boxes nested as deep as they fit', async () => {
  const depth = 20_000;
  const nested = Buffer.alloc(depth * 8);
  for (let i = 0; i < depth; i++) {
    nested.writeUInt32BE((depth - i) * 8, i * 8);
    nested.write(
      i === 0 ? 'moov' : i === 1 ? 'trak' : i === 2 ? 'mdia' : i === 3 ? 'minf' : i === 4 ? 'stbl' : 'sinf',
      i * 8 + 4,
    );
  }
  expect(await complaint(nested)).toBeUndefined();
});

it('a sound entry whose boxes nest without end', async () => {
  const depth = 8_000;
  const sinf = Buffer.alloc(depth * 8);
  for (let i = 0; i < depth; i++) {
    sinf.writeUInt32BE((depth - i) * 8, i * 8);
    sinf.write('sinf', i * 8 + 4);
  }
  const box = (type: string, ...parts: Buffer[]): Buffer => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(body.length + 8);
    head.write(type, 4);
    return Buffer.concat([head, body]);
  };
  const hdlr = Buffer.alloc(28);
  hdlr.write('soun', 8);
  const stsd = box('stsd', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), box('mp4a', Buffer.alloc(28), sinf));
  expect(
    await complaint(box('moov', box('trak', box('mdia', box('hdlr', hdlr), box('minf', box('stbl', stsd)))))),
  ).toBeUndefined();
});

it('a gigabyte of size in every field', async () => {
  const hostile = Buffer.from(seeds.matroska.subarray(0, 4096));
  for (let i = 60; i < hostile.length - 8; i += 64) hostile.writeUInt32BE(0x1fff_fffe, i);
  expect(await complaint(hostile)).toBeUndefined();
});
