import { execFileSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describePicture } from './describe-picture.ts';
import { readPictureHeader } from './picture-header.ts';

const picture = sharp({ create: { width: 321, height: 123, channels: 3, background: '#884422' } });

describe('picture headers', () => {
  it.each([
    ['jpeg', () => picture.clone().jpeg().toBuffer()],
    ['jpeg', () => picture.clone().jpeg({ progressive: true }).toBuffer()],
    ['png', () => picture.clone().png().toBuffer()],
    ['webp', () => picture.clone().webp().toBuffer()],
    ['webp', () => picture.clone().webp({ lossless: true }).toBuffer()],
    ['webp', () => picture.clone().ensureAlpha(0.5).webp().toBuffer()],
    ['gif', () => picture.clone().gif().toBuffer()],
  ] as const)('reads %s', async (type, make) => {
    expect(readPictureHeader(await make())).toEqual({ type, width: 321, height: 123 });
  });

  it('knows AVIF, whose size lies deeper', async () => {
    expect(readPictureHeader(await picture.clone().avif().toBuffer())).toEqual({
      type: 'avif',
      width: undefined,
      height: undefined,
    });
  });

  it('finds a frame behind a long profile', async () => {
    const jpeg = await picture.clone().jpeg().toBuffer();
    const profile = Buffer.concat([Buffer.from([0xff, 0xe2, 0xff, 0xf0]), Buffer.alloc(0xfff0 - 2)]);
    const long = Buffer.concat([jpeg.subarray(0, 2), profile, profile.subarray(0), jpeg.subarray(2)]);
    expect(readPictureHeader(long.subarray(0, 4096))).toMatchObject({ type: 'jpeg', width: undefined });
    expect(readPictureHeader(long)).toMatchObject({ width: 321, height: 123 });
  });

  it('survives every cut and every wrong byte', async () => {
    for (const whole of [
      await picture.clone().jpeg().toBuffer(),
      await picture.clone().webp().toBuffer(),
      await picture.clone().png().toBuffer(),
    ]) {
      for (let length = 0; length < Math.min(whole.length, 700); length += 1)
        readPictureHeader(whole.subarray(0, length));
      for (let at = 0; at < Math.min(whole.length, 700); at += 1) {
        const broken = Buffer.from(whole);
        broken[at] = 0xff;
        readPictureHeader(broken);
      }
    }
    expect(readPictureHeader(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeUndefined();
    expect(readPictureHeader(Buffer.alloc(0))).toBeUndefined();
  });
});

describe('describing a picture file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'vitascope-pictures-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('tells size and version without decoding, and a new version for new bytes', async () => {
    const file = path.join(folder, 'poster.jpg');
    await writeFile(file, await picture.clone().jpeg().toBuffer());
    const before = await describePicture(file);
    expect(before).toMatchObject({ width: 321, height: 123 });
    await writeFile(file, await picture.clone().resize(50).jpeg().toBuffer());
    const after = await describePicture(file);
    expect(after!.width).toBe(50);
    expect(after!.version).not.toBe(before!.version);
  });

  it('takes what is no picture for none', async () => {
    await writeFile(path.join(folder, 'text.jpg'), 'no picture');
    await writeFile(path.join(folder, 'empty.jpg'), '');
    await mkdir(path.join(folder, 'folder.jpg'));
    execFileSync('ln', ['-s', 'loop.jpg', path.join(folder, 'loop.jpg')]);
    for (const name of ['text.jpg', 'empty.jpg', 'folder.jpg', 'loop.jpg', 'absent.jpg']) {
      expect(await describePicture(path.join(folder, name)), name).toBeUndefined();
    }
  });
});
