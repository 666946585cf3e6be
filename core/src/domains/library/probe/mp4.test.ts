import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { probe } from './probe.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'probe-mp4-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeUInt32BE(value >>> 0, i * 4));
  return bytes;
};
const box = (type: string, ...content: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(content.map((part) => Buffer.from(part as string)));
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
};

const ftyp = (brand = 'isom'): Buffer => box('ftyp', brand, u32(512));
const mvhd = (duration: number): Buffer => box('mvhd', u32(0, 0, 0, 1000, duration), Buffer.alloc(80));
const tkhd = (id: number, flags = 3): Buffer =>
  box('tkhd', u32(flags, 0, 0, id), Buffer.alloc(60), u32(640 << 16, 360 << 16));
const mdhd = (language: number, duration = 10_000): Buffer =>
  box('mdhd', u32(0, 0, 0, 1000, duration), Buffer.from([language >>> 8, language & 255, 0, 0]));
const hdlr = (type: string, name: string): Buffer => box('hdlr', u32(0, 0), type, u32(0, 0, 0), `${name}\0`);
const visual = (type: string, ...children: Buffer[]): Buffer => {
  const entry = Buffer.alloc(78);
  entry.writeUInt16BE(640, 24);
  entry.writeUInt16BE(360, 26);
  return box(type, entry, ...children);
};
const sound = (type: string, ...children: Buffer[]): Buffer => {
  const entry = Buffer.alloc(28);
  entry.writeUInt16BE(2, 16);
  entry.writeUInt16BE(48_000, 24);
  return box(type, entry, ...children);
};
const stsd = (entry: Buffer): Buffer => box('stsd', u32(0, 1), entry);

interface Track {
  id: number;
  handler: string;
  name?: string;
  entry: Buffer;
  language?: number;
  mdia?: Buffer[];
  trak?: Buffer[];
  stbl?: Buffer[];
  flags?: number;
}

const trak = (track: Track): Buffer =>
  box(
    'trak',
    tkhd(track.id, track.flags),
    ...(track.trak ?? []),
    box(
      'mdia',
      mdhd(track.language ?? 0x15c7),
      ...(track.mdia ?? []),
      hdlr(track.handler, track.name ?? 'VideoHandler'),
      box('minf', box('stbl', stsd(track.entry), ...(track.stbl ?? []))),
    ),
  );

const avcC = box('avcC', Buffer.from('01640028ffe100046764002801000268ee', 'hex'));
const film = trak({
  id: 1,
  handler: 'vide',
  entry: visual('avc1', avcC),
  stbl: [box('stts', u32(0, 1, 240, 40)), box('stsz', u32(0, 0, 240))],
});

let count = 0;
function write(...parts: Buffer[]): string {
  const file = path.join(folder, `${count++}.mp4`);
  writeFileSync(file, Buffer.concat(parts));
  return file;
}

describe('MP4', () => {
  it('reads duration, size, frame rate and codec string; the index in front', async () => {
    const found = await probe(write(ftyp(), box('moov', mvhd(10_000), film), box('mdat', Buffer.alloc(100))));
    expect(found).toMatchObject({ container: 'mp4', durationMs: 10_000, fastStart: true });
    expect(found.streams).toMatchObject([
      {
        type: 'video',
        codec: 'h264',
        width: 640,
        height: 360,
        frameRate: 25,
        language: 'eng',
        codecString: 'avc1.640028',
        default: true,
      },
    ]);
    expect(found.streams[0]!.title).toBeUndefined();
  });

  it('finds the index behind the media, also when that is larger than 4 GiB by its header', async () => {
    const body = Buffer.alloc(50_000);
    const large = Buffer.concat([u32(1), Buffer.from('mdat'), u32(0, body.length + 16), body]);
    expect(await probe(write(ftyp('qt  '), large, box('moov', mvhd(10_000), film)))).toMatchObject({
      container: 'mov',
      fastStart: false,
    });
  });

  it('takes the extended language, the name of a track, and says what is disabled', async () => {
    const audio = trak({
      id: 2,
      handler: 'soun',
      name: 'Commentary',
      entry: sound('ac-3', box('dac3', Buffer.from('103dc0', 'hex'))),
      mdia: [box('elng', u32(0), 'fr-CA\0')],
      flags: 2,
    });
    const { streams } = await probe(write(ftyp(), box('moov', mvhd(10_000), film, audio)));
    expect(streams[1]).toMatchObject({
      type: 'audio',
      codec: 'ac3',
      channels: 6,
      sampleRate: 48_000,
      language: 'fra',
      title: 'Commentary',
      default: false,
      codecString: 'ac-3',
    });
  });

  it('reads AAC from an esds, also within the wave atom of QuickTime', async () => {
    const esds = box('esds', u32(0), Buffer.from('0319000200041140150000000001f4000001f40005021190060102', 'hex'));
    const wave = Buffer.concat([Buffer.alloc(16), box('wave', box('frma', 'mp4a'), esds, u32(0))]);
    const old = sound('mp4a', wave);
    old.writeUInt16BE(1, 16);
    const { streams } = await probe(
      write(
        ftyp(),
        box(
          'moov',
          mvhd(10_000),
          trak({ id: 1, handler: 'soun', entry: sound('mp4a', esds) }),
          trak({ id: 2, handler: 'soun', entry: old }),
        ),
      ),
    );
    expect(streams).toMatchObject([
      { codec: 'aac', profile: 'LC', channels: 2, codecString: 'mp4a.40.2', bitrate: 128_000 },
      { codec: 'aac', profile: 'LC', channels: 2, codecString: 'mp4a.40.2' },
    ]);
  });

  it('lists subtitles with what they are for', async () => {
    const tx3g = (displayFlags: number): Buffer => box('tx3g', u32(0, 1, displayFlags), Buffer.alloc(30));
    const forced = trak({ id: 2, handler: 'sbtl', entry: tx3g(0x8000_0000) });
    const roles = box('udta', box('kind', u32(0), 'urn:mpeg:dash:role:2011\0caption\0'));
    const { streams } = await probe(
      write(
        ftyp(),
        box(
          'moov',
          mvhd(10_000),
          film,
          forced,
          trak({ id: 3, handler: 'text', entry: box('wvtt', u32(0, 1)), trak: [roles] }),
        ),
      ),
    );
    expect(streams.slice(1)).toMatchObject([
      { type: 'subtitle', codec: 'mov_text', forced: true, hearingImpaired: false },
      { type: 'subtitle', codec: 'webvtt', forced: false, hearingImpaired: true },
    ]);
    expect(streams[1]!.width).toBeUndefined();
  });

  it("reads Nero's chapters and the title", async () => {
    const entry = (seconds: number, title: string): Buffer =>
      Buffer.concat([u32(0, seconds * 1e7), Buffer.from([title.length]), Buffer.from(title)]);
    const chpl = box('chpl', u32(0x0100_0000, 0), Buffer.from([2]), entry(0, 'One'), entry(61, 'Two'));
    const title = box(
      'meta',
      u32(0),
      box('hdlr', Buffer.alloc(25)),
      box('ilst', box('\u00a9nam', box('data', u32(1, 0), 'Some film'))),
    );
    const found = await probe(write(ftyp(), box('moov', mvhd(10_000), film, box('udta', chpl, title))));
    expect(found).toMatchObject({
      title: 'Some film',
      chapters: [
        { startMs: 0, title: 'One' },
        { startMs: 61_000, title: 'Two' },
      ],
    });
  });

  it('reads the chapters of a text track, which is no subtitle then; numbers still count every track', async () => {
    const texts = Buffer.concat(
      ['Dawn', 'Dusk'].map((text) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)])),
    );
    const media = box('mdat', texts);
    const at = ftyp().length + 8;
    const chapters = trak({
      id: 2,
      handler: 'text',
      entry: box('text', Buffer.alloc(40)),
      stbl: [
        box('stts', u32(0, 1, 2, 4000)),
        box('stsc', u32(0, 1, 1, 2, 1)),
        box('stsz', u32(0, 0, 2, 6, 6)),
        box('stco', u32(0, 1, at)),
      ],
    });
    const first = trak({
      id: 1,
      handler: 'vide',
      entry: visual('avc1', avcC),
      trak: [box('tref', box('chap', u32(2)))],
    });
    const last = trak({ id: 3, handler: 'soun', entry: sound('Opus', box('dOps', Buffer.from([0, 6, 0, 0]))) });
    const found = await probe(write(ftyp(), media, box('moov', mvhd(10_000), first, chapters, last)));
    expect(found.chapters).toEqual([
      { startMs: 0, title: 'Dawn' },
      { startMs: 4000, title: 'Dusk' },
    ]);
    expect(found.streams.map((stream) => [stream.index, stream.codec, stream.channels])).toEqual([
      [0, 'h264', undefined],
      [2, 'opus', 6],
    ]);
  });

  it('adds up fragments: by mehd, by segment index, by the last fragment', async () => {
    const moov = (...mvex: Buffer[]): Buffer => box('moov', mvhd(0), trakWithoutDuration, box('mvex', ...mvex));
    const trakWithoutDuration = Buffer.from(film);
    trakWithoutDuration.writeUInt32BE(0, trakWithoutDuration.indexOf('mdhd') + 20);
    const sidx = box('sidx', u32(0, 1, 1000, 0, 0, 2), u32(100, 4000, 0), u32(100, 2500, 0));
    const moof = box('moof', box('traf', box('tfhd', u32(8, 1, 40)), box('trun', u32(0, 25))));
    const start = ftyp().length + moov().length;
    const mfra = box(
      'mfra',
      box('tfra', u32(0, 1, 0, 1, 5000, start), Buffer.from([1, 1, 1])),
      box('mfro', u32(0, 59)),
    );
    expect(mfra.length).toBe(59);
    expect((await probe(write(ftyp(), moov(box('mehd', u32(0, 8000))), moof))).durationMs).toBe(8000);
    expect((await probe(write(ftyp(), moov(), sidx, moof))).durationMs).toBe(6500);
    expect((await probe(write(ftyp(), moov(), moof, mfra))).durationMs).toBe(6000);
  });

  it.each([
    ['whose index was never written', [ftyp(), box('mdat', Buffer.alloc(1000))], 'media_unreadable', 'truncated'],
    ['whose index is cut off', [ftyp(), box('moov', mvhd(1), film).subarray(0, -40)], 'media_unreadable', 'truncated'],
    [
      'with a box larger than its parent',
      [ftyp(), box('moov', mvhd(1), Buffer.from('0000ffff7472616b', 'hex'))],
      'media_unreadable',
      'damaged',
    ],
    ['that is a picture', [ftyp('avif'), box('meta', Buffer.alloc(40))], 'media_unsupported', 'image'],
    ['with neither picture nor sound', [ftyp(), box('moov', mvhd(1))], 'media_unsupported', 'no_streams'],
  ])('refuses a file %s', async (_, parts, code, reason) => {
    await expect(probe(write(...parts))).rejects.toMatchObject({ code, details: { reason } });
  });
});
