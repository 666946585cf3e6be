import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalStorage } from '../../../kernel/storage/local-storage.ts';
import { createTestCatalog, entryOf, viewer } from '../catalog.testing.ts';
import type { TestCatalog } from '../catalog.testing.ts';
import type { FoundPicture } from '../catalog-entry.ts';
import type { FetchPicture } from '../ports.ts';
import { createPictureService } from './picture-service.ts';
import type { PictureService } from './picture-service.ts';

const poster = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#224466' } })
    .jpeg()
    .toBuffer();

describe('picture service', () => {
  let folder: string;
  let media: string;
  let catalog: TestCatalog;
  let pictures: PictureService;
  let fetched: string[];

  const fetch: FetchPicture = async (url) => {
    fetched.push(url);
    return poster(500, 750);
  };
  /** Stores a picture beside a title; its id and the title's. */
  const shown = async (picture: Partial<FoundPicture>): Promise<{ id: number; itemId: number }> => {
    const found = {
      kind: 'poster',
      source: 'file',
      provider: 'file',
      version: 'v1',
      location: '',
      ...picture,
    } as const;
    const [applied] = await catalog.apply({ ...entryOf({ title: `Pictured ${Math.random()}` }), pictures: [found] });
    const [artwork] = await catalog.service.artwork(applied!.itemId);
    return { id: artwork!.id, itemId: applied!.itemId };
  };
  const file = async (name: string, bytes: Uint8Array | string): Promise<string> => {
    await writeFile(path.join(media, name), bytes);
    return path.join(media, name);
  };
  const sizeOf = async (id: number, width?: number): Promise<[number, number]> => {
    const { stream } = await pictures.open(id, 'v1', width);
    const facts = await sharp(await buffer(stream)).metadata();
    expect(facts.format).toBe('webp');
    return [facts.width, facts.height];
  };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'vitascope-pictures-'));
    media = path.join(folder, 'media');
    await mkdir(media);
    fetched = [];
    catalog = await createTestCatalog('sqlite');
    pictures = createPictureService({
      database: catalog.db.database,
      storage: await openLocalStorage(path.join(folder, 'data')),
      folders: async () => [path.join(folder, 'absent'), media],
      fetch,
      log: { warn: () => undefined },
    });
  });
  afterEach(async () => {
    await pictures.close();
    await catalog.remove();
    await rm(folder, { recursive: true });
  });

  it('serves the next larger size and never enlarges', async () => {
    const { id } = await shown({ location: await file('poster.jpg', await poster(1000, 1500)) });
    expect(await sizeOf(id, 150)).toEqual([200, 300]);
    expect(await sizeOf(id, 200)).toEqual([200, 300]);
    expect(await sizeOf(id, 3000)).toEqual([1000, 1500]);
    expect(await sizeOf(id)).toEqual([1000, 1500]);
  });

  it('makes a size once, also for many who ask at the same time, and keeps it when the file is gone', async () => {
    const location = await file('poster.jpg', await poster(1000, 1500));
    const { id } = await shown({ location });
    const sizes = await Promise.all(Array.from({ length: 20 }, () => sizeOf(id, 300)));
    expect(new Set(sizes.map(String))).toEqual(new Set(['300,450']));
    await rm(location);
    expect(await sizeOf(id, 300)).toEqual([300, 450]);
    await expect(pictures.open(id, 'v1', 600)).rejects.toMatchObject({ code: 'not_found' });
    expect(await readdir(path.join(folder, 'data', 'pictures', String(id % 100)))).toHaveLength(1);
  });

  it('may be kept for ever under its own version only', async () => {
    const { id } = await shown({ location: await file('poster.jpg', await poster(100, 150)) });
    const present = await pictures.open(id, 'v1', 100);
    const past = await pictures.open(id, 'v0', 100);
    present.stream.destroy();
    past.stream.destroy();
    expect([present.immutable, past.immutable]).toEqual([true, false]);
    expect(present.etag).toBe(pictures.etag(id, 'v1', 100));
  });

  it('learns size and placeholder with the first picture that is made', async () => {
    const { id, itemId } = await shown({ location: await file('poster.jpg', await poster(640, 960)) });
    await sizeOf(id, 100);
    await pictures.close();
    catalog.service.changed();
    const { poster: card } = await catalog.service.detail(itemId, { accountId: viewer, paths: false });
    expect(card).toMatchObject({
      width: 640,
      height: 960,
      placeholder: expect.stringMatching(/^[A-Za-z0-9+/]{20,44}=*$/),
    });
  });

  it('learns what is missing in the background and goes on past what cannot be read', async () => {
    const broken = await shown({ location: await file('broken.jpg', (await poster(400, 600)).subarray(0, 300)) });
    const good = await shown({ location: await file('good.jpg', await poster(400, 600)) });
    expect(await pictures.describeMissing(AbortSignal.timeout(20_000))).toBe(2);
    catalog.service.changed();
    const cards = await catalog.service.cards([broken.itemId, good.itemId], viewer);
    expect(cards.map((card) => card.poster?.placeholder ?? null)).toEqual([null, expect.any(String)]);
  });

  it('fetches a picture of an address once', async () => {
    const { id } = await shown({ source: 'url', location: 'https://pictures.example/p.jpg' });
    expect(await sizeOf(id, 100)).toEqual([100, 150]);
    expect(await sizeOf(id, 400)).toEqual([400, 600]);
    expect(fetched).toEqual(['https://pictures.example/p.jpg']);
  });

  it('keeps what a person brings', async () => {
    const received = await pictures.receive('backdrop', await poster(300, 200));
    expect(received).toMatchObject({ kind: 'backdrop', source: 'blob', width: 300, height: 200, provider: 'manual' });
    const { id } = await shown({ ...received, kind: 'poster', version: 'v1' });
    expect(await sizeOf(id, 100)).toEqual([100, 67]);
  });

  it.each([
    ['text under a wrong name', 'media_unsupported', async () => 'no picture at all'],
    [
      'an SVG',
      'media_unsupported',
      async () => '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script/></svg>',
    ],
    ['nothing', 'media_unreadable', async () => ''],
    ['half a picture', 'media_unreadable', async () => (await poster(800, 800)).subarray(0, 2000)],
    ['a header alone', 'media_unreadable', async () => Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ['a bomb of 20,000 by 20,000', 'media_unreadable', async () => bomb(20_000)],
  ])('refuses %s', async (_, code, make) => {
    const { id } = await shown({ location: await file('hostile.jpg', await make()) });
    await expect(pictures.open(id, 'v1', 200)).rejects.toMatchObject({ code });
    await expect(pictures.open(id, 'v1', 200)).rejects.toMatchObject({ code });
  });

  it('reads nothing outside the folders, by no link and no detour, and no pipe', async () => {
    const secret = path.join(folder, 'secret.jpg');
    await writeFile(secret, await poster(10, 10));
    await symlink(secret, path.join(media, 'link.jpg'));
    execFileSync('mkfifo', [path.join(media, 'pipe.jpg')]);
    const places = [
      secret,
      path.join(media, 'link.jpg'),
      path.join(media, '../secret.jpg'),
      path.join(media, 'pipe.jpg'),
      media,
      'secret.jpg',
      '\0',
    ];
    for (const location of places) {
      const { id } = await shown({ location });
      await expect(pictures.open(id, 'v1', 100), location).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it('knows no picture of an unknown number', async () => {
    await expect(pictures.open(4711, 'v1', 100)).rejects.toMatchObject({ code: 'not_found' });
  });
});

/** A small PNG, one bit a pixel, that claims and holds `side` × `side` of them. */
function bomb(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.writeUInt8(1, 8);
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const rows = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * side), { level: 1 });
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}
