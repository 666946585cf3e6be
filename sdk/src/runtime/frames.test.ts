import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { frameLink, frameReader, mostFrameBytes } from './frames.ts';
import type { Message } from './link.ts';
import { Peer, type CallHandler } from './peer.ts';

/** Two peers over byte streams that are cut anywhere. */
function talk(onCall: CallHandler, cut = Number.POSITIVE_INFINITY) {
  const broken: string[] = [];
  const [to, from] = [new PassThrough(), new PassThrough()];
  const link = (read: PassThrough, write: PassThrough) =>
    frameLink(
      {
        write(chunk) {
          for (let at = 0; at < chunk.length; at += cut)
            write.write(chunk.subarray(at, Math.min(chunk.length, at + cut)));
        },
        on: (event, listener) => read.on(event, listener),
      },
      (error) => broken.push(error.message),
    );
  return { a: new Peer(link(from, to), () => 'mine'), b: new Peer(link(to, from), onCall), broken, to };
}

describe('frames', () => {
  it.each([Number.POSITIVE_INFINITY, 1, 7, 8, 9, 1000])('carry calls cut into pieces of %s bytes', async (cut) => {
    const { a, broken } = talk((_, args) => ({ ...args, more: new Uint8Array([1, 2]) }), cut);
    const input = { text: 'Grüße 🎬', raw: new Uint8Array([9, 8, 7]), other: new Uint8Array(3000).fill(5) };
    const [one, two] = await Promise.all([a.call('echo', input), a.call('echo', { raw: new Uint8Array() })]);
    expect(one).toEqual({ ...input, more: new Uint8Array([1, 2]) });
    expect(two).toEqual({ raw: new Uint8Array(), more: new Uint8Array([1, 2]) });
    expect(broken).toEqual([]);
  });

  it('carry streams without ever holding them whole', async () => {
    let made = 0;
    const { a } = talk(() => ({
      body: ReadableStream.from(
        (async function* () {
          for (; made < 50; made += 1) yield new Uint8Array(100_000).fill(made);
        })(),
      ),
    }));
    const { body } = await a.call('read', {});
    let size = 0;
    for await (const chunk of body) size += chunk.length;
    expect(size).toBe(5_000_000);
  });

  it('refuse to send what is too large, and go on', async () => {
    const { a, b } = talk((_, { size }) => 'x'.repeat(size));
    await expect(a.call('fill', { size: mostFrameBytes })).rejects.toThrow(/The answer is 16 MB large/);
    await expect(a.call('fill', { size: 3, raw: new Uint8Array(mostFrameBytes) })).rejects.toThrow(/The message is/);
    expect(await a.call('fill', { size: 3 })).toBe('xxx');
    expect(a.open).toEqual({ calls: 0, answering: 0, streams: 0 });
    expect(b.open).toEqual({ calls: 0, answering: 0, streams: 0 });
  });

  const head = (length: number, beside = 0): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(length, 0);
    bytes.writeUInt32LE(beside, 4);
    return bytes;
  };
  const text = (json: string): Buffer => Buffer.concat([head(json.length), Buffer.from(json)]);

  it.each([
    ['a frame without end', head(0xffff_ffff), /a message of 4096 MB/],
    ['bytes without end', head(2, 0xffff_ffff), /a message of 4096 MB/],
    ['no JSON', text('{nothing'), /no JSON: \{nothing/],
    ['a number', text('12'), /no message: 12/],
    ['null', text('null'), /no message: null/],
    ['an unknown kind', text('{"t":"constructor"}'), /no message/],
  ])('refuse %s', (_, bytes, reason) => {
    const heard: Message[] = [];
    expect(() => frameReader((message) => heard.push(message))(bytes)).toThrow(reason);
    expect(heard).toEqual([]);
  });

  it('tell that the other side broke off, once, and read nothing more', () => {
    const { broken, to } = talk(() => undefined);
    to.write(text('{"t":"err","id":1}'));
    to.write(text('null'));
    to.write(text('null'));
    return expect.poll(() => broken).toHaveLength(1);
  });
});
