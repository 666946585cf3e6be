import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { probe } from './probe.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'probe-matroska-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const idBytes = (id: number): Buffer =>
  Buffer.from(id.toString(16).padStart(id > 0xffff ? (id > 0xffffff ? 8 : 6) : id > 0xff ? 4 : 2, '0'), 'hex');

/** An element with a four-byte size; `unknown` writes the size that means "until the next of my kind". */
function element(id: number, content: Buffer | string | number | Buffer[], unknown = false): Buffer {
  const body = Array.isArray(content)
    ? Buffer.concat(content)
    : typeof content === 'number'
      ? uint(content)
      : Buffer.from(content as string);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(unknown ? 0x1fffffff : 0x10000000 | body.length);
  return Buffer.concat([idBytes(id), size, body]);
}

function uint(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes;
}

const ebml = (docType = 'matroska'): Buffer => element(0x1a45dfa3, [element(0x4282, docType)]);
const info = (...extra: Buffer[]): Buffer =>
  element(0x1549a966, [element(0x2ad7b1, 1_000_000), element(0x4489, double(90_000)), ...extra]);
const video = (...extra: Buffer[]): Buffer =>
  element(0xae, [
    element(0xd7, 1),
    element(0x73c5, 11),
    element(0x83, 1),
    element(0x86, 'V_VP9'),
    element(0xe0, [element(0xb0, 640), element(0xba, 360)]),
    ...extra,
  ]);
const subtitle = (codec: string, ...extra: Buffer[]): Buffer =>
  element(0xae, [element(0x83, 17), element(0x86, codec), ...extra]);
const tracks = (...entries: Buffer[]): Buffer => element(0x1654ae6b, entries);
const cluster = (timestamp: number, relative = 0): Buffer => {
  const block = Buffer.from([0x81, relative >>> 8, relative & 0xff, 0x80, 1, 2, 3]);
  return element(0x1f43b675, [element(0xe7, timestamp), element(0xa3, block)]);
};

let count = 0;
function write(...parts: Buffer[]): string {
  const file = path.join(folder, `${count++}.mkv`);
  writeFileSync(file, Buffer.concat(parts));
  return file;
}

const segment = (parts: Buffer[], unknown = false): Buffer => element(0x18538067, parts, unknown);

describe('Matroska', () => {
  it('reads duration, title, size and what silence means: English, default', async () => {
    const found = await probe(write(ebml(), segment([info(element(0x7ba9, 'A title')), tracks(video()), cluster(0)])));
    expect(found).toMatchObject({ container: 'matroska', durationMs: 90_000, title: 'A title' });
    expect(found.streams).toEqual([
      expect.objectContaining({
        index: 0,
        type: 'video',
        codec: 'vp9',
        width: 640,
        height: 360,
        language: 'eng',
        default: true,
        forced: false,
      }),
    ]);
  });

  it('takes the BCP 47 language over the older one, whichever comes first', async () => {
    const first = subtitle('S_TEXT/UTF8', element(0x22b59d, 'pt-BR'), element(0x22b59c, 'eng'));
    const second = subtitle('S_TEXT/ASS', element(0x22b59c, 'ger'), element(0x22b59d, 'de-AT'));
    const { streams } = await probe(write(ebml(), segment([info(), tracks(video(), first, second)])));
    expect(streams.map((stream) => [stream.codec, stream.language])).toEqual([
      ['vp9', 'eng'],
      ['subrip', 'por'],
      ['ass', 'deu'],
    ]);
  });

  it('knows forced and hearing-impaired tracks by flag and by name', async () => {
    const named = (name: string): Buffer => subtitle('S_HDMV/PGS', element(0x536e, name));
    const flagged = subtitle('S_VOBSUB', element(0x55aa, 1), element(0x55ab, 1), element(0x88, 0));
    const { streams } = await probe(
      write(ebml(), segment([info(), tracks(video(), named('English (SDH)'), named('Forced'), flagged)])),
    );
    expect(streams.slice(1)).toMatchObject([
      { codec: 'hdmv_pgs_subtitle', hearingImpaired: true, forced: false, default: true },
      { codec: 'hdmv_pgs_subtitle', hearingImpaired: false, forced: true },
      { codec: 'dvd_subtitle', hearingImpaired: true, forced: true, default: false },
    ]);
  });

  it('sees Dolby Vision, HDR10 and HLG', async () => {
    const coloured = (transfer: number, ...extra: Buffer[]): Buffer =>
      element(0xae, [
        element(0x83, 1),
        element(0x86, 'V_VP9'),
        element(0xe0, [element(0x55b0, [element(0x55ba, transfer)])]),
        ...extra,
      ]);
    const dolby = element(0x41e4, [element(0x41e7, 0x64767643)]);
    const { streams } = await probe(
      write(ebml('webm'), segment([info(), tracks(coloured(16), coloured(18), coloured(1), coloured(16, dolby))])),
    );
    expect(streams.map((stream) => stream.hdr)).toEqual(['HDR10', 'HLG', undefined, 'DV']);
  });

  it('follows the seek head to chapters, tags and attachments behind the media', async () => {
    const chapters = element(0x1043a770, [
      element(0x45b9, [
        element(0xb6, [element(0x91, 5e9), element(0x80, [element(0x85, 'Second')])]),
        element(0xb6, [element(0x91, 0), element(0x80, [element(0x85, 'First')])]),
        element(0xb6, [element(0x91, 9e9), element(0x98, 1)]),
      ]),
    ]);
    const bps = element(0x67c8, [element(0x45a3, 'BPS'), element(0x4487, '123456')]);
    const tags = element(0x1254c367, [element(0x7373, [element(0x63c0, [element(0x63c5, 11)]), bps])]);
    const fonts = element(0x1941a469, [
      element(0x61a7, [element(0x466e, 'a.ttf'), element(0x4660, 'font/ttf'), element(0x465c, Buffer.alloc(70_000))]),
    ]);
    const seek = (entries: [number, number][]): Buffer =>
      element(
        0x114d9b74,
        entries.map(([id, at]) => element(0x4dbb, [element(0x53ab, idBytes(id)), element(0x53ac, at)])),
      );
    const length = seek([
      [0x1043a770, 0],
      [0x1254c367, 0],
      [0x1941a469, 0],
    ]).length;
    const head = [info(), tracks(video()), element(0x1f43b675, [element(0xa3, Buffer.alloc(50_000))])];
    const base = length + Buffer.concat(head).length;
    const real = seek([
      [0x1254c367, base],
      [0x1941a469, base + tags.length],
      [0x1043a770, base + tags.length + fonts.length],
    ]);
    const found = await probe(write(ebml(), segment([real, ...head, tags, fonts, chapters])));
    expect(found.chapters).toEqual([
      { startMs: 0, title: 'First' },
      { startMs: 5000, title: 'Second' },
    ]);
    expect(found.streams).toMatchObject([
      { bitrate: 123_456 },
      { index: 1, type: 'attachment', codec: 'font/ttf', title: 'a.ttf' },
    ]);
  });

  it('a seek head that points into nowhere costs nothing', async () => {
    const seek = element(0x114d9b74, [
      element(0x4dbb, [element(0x53ab, idBytes(0x1043a770)), element(0x53ac, 7)]),
      element(0x4dbb, [element(0x53ab, idBytes(0x1254c367)), element(0x53ac, 2 ** 50)]),
    ]);
    expect(await probe(write(ebml(), segment([seek, info(), tracks(video()), cluster(0)])))).toMatchObject({
      durationMs: 90_000,
      chapters: [],
    });
  });

  it('reads live recordings of unknown size by the time stamp of their last block', async () => {
    const bare = element(0x1549a966, [element(0x2ad7b1, 1_000_000)]);
    const found = await probe(
      write(ebml('webm'), segment([bare, tracks(video()), cluster(0), cluster(7_000), cluster(14_000, 960)], true)),
    );
    expect(found).toMatchObject({ container: 'webm', durationMs: 14_960 });
    expect(found.truncated).toBeUndefined();
  });

  it('says that a file is cut off when its headers are whole', async () => {
    const whole = Buffer.concat([
      ebml(),
      segment([info(), tracks(video()), cluster(0), element(0x1f43b675, [Buffer.alloc(30_000)])]),
    ]);
    expect(await probe(write(whole.subarray(0, -20_000)))).toMatchObject({ truncated: true, durationMs: 90_000 });
  });

  it.each([
    [
      'cut off within its tracks',
      Buffer.concat([ebml(), segment([info(), tracks(video())])]).subarray(0, -10),
      'media_unreadable',
      'truncated',
    ],
    [
      'a child larger than its parent',
      Buffer.concat([ebml(), segment([info(), element(0x1654ae6b, Buffer.from('ae1fffff00', 'hex')), cluster(0)])]),
      'media_unreadable',
      'damaged',
    ],
    ['without any track', Buffer.concat([ebml(), segment([info(), tracks()])]), 'media_unsupported', 'no_streams'],
    ['another kind of EBML', Buffer.concat([ebml('notes'), segment([])]), 'media_unsupported', 'not_media'],
  ])('refuses a file %s', async (_, content, code, reason) => {
    await expect(probe(write(content))).rejects.toMatchObject({ code, details: { reason } });
  });
});
