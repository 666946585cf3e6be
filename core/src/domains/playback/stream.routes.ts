import path from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { AppError, notFound } from '../../kernel/errors.ts';
import type { Call, Endpoint, Route } from '../../kernel/http/endpoint.ts';
import { route } from '../../kernel/http/endpoint.ts';
import type { SendFile } from '../../kernel/http/send-file.ts';
import type { Capabilities } from './capabilities.ts';
import { playlistOf, segmentAt } from './convert/segment-plan.ts';
import type { SegmentSource } from './convert/segment-source.ts';
import type { FindFont } from './fonts.ts';
import { mediaFactsOf } from './media-facts.ts';
import type { OpenInRoot } from './media-access.ts';
import type { PlaybackSession } from './playback-session.ts';
import type { PlaybackSessions } from './playback-sessions.ts';
import { mediaType } from './playback-view.ts';
import * as api from './playback.schema.ts';
import type { MediaFiles } from './ports.ts';
import type { StreamAddresses, StreamKind } from './stream-addresses.ts';
import type { SubtitleService } from './subtitles/subtitle-service.ts';
import type { FindThumbnail } from './thumbnails.ts';

export interface StreamRoutesParts {
  sessions: PlaybackSessions;
  addresses: StreamAddresses;
  capabilities: Capabilities;
  files: MediaFiles;
  openInRoot: OpenInRoot;
  sendFile: SendFile;
  subtitles: SubtitleService;
  findFont: FindFont;
  findThumbnail: FindThumbnail;
}

const compress = promisify(gzip);
/** What was read out of a film stays as it is; its address changes with the session. */
const keptCache = 'private, max-age=86400';
const segmentCache = 'private, max-age=600';

/** The bytes of sessions, to whoever bears their signed addresses. */
export function streamRoutes(parts: StreamRoutesParts): Route[] {
  const { sendFile } = parts;
  const open = sessionOpener(parts);
  return [
    route(api.streamFile, async (call) => {
      const { facts } = open(call, 'file');
      await sendFile(call, { path: facts.path, contentType: mediaType(facts.media) });
    }),
    route(api.streamHls, async (call) => {
      const session = open(call, 'hls');
      const { stream } = session.facts;
      if (!stream) throw notFound('stream', call.params.file);
      await sendHls(call, session, stream, sendFile);
    }),
    route(api.streamSubtitle, async (call) => {
      const { facts } = open(call, 'subtitles');
      const answer = await parts.subtitles.open(facts.media, call.params.file, call.signal);
      const { contentType } = answer;
      if ('path' in answer) return await sendFile(call, { path: answer.path, contentType, cacheControl: keptCache });
      call.http.set('Content-Type', contentType);
      call.http.set('Cache-Control', 'private, no-cache');
      call.http.send('text' in answer ? answer.text : Readable.from(answer.bytes, { objectMode: false }));
    }),
    route(api.streamFont, async (call) => {
      const { facts } = open(call, 'fonts');
      const font = await parts.findFont(facts.media, Number(/^\d{1,4}$/.exec(call.params.file)?.[0] ?? -1));
      await sendFile(call, { ...font, cacheControl: keptCache });
    }),
    route(api.streamThumbnails, async (call) => {
      const { facts } = open(call, 'thumbnails');
      const position = /^(\d{1,9})\.jpg$/.exec(call.params.file)?.[1];
      if (position === undefined) throw notFound('picture', call.params.file);
      const target = await parts.findThumbnail(facts.media, Number(position), call.signal);
      await sendFile(call, { path: target, contentType: 'image/jpeg', cacheControl: keptCache });
    }),
    route(api.downloadFile, async (call) => {
      const row = await parts.files.get(call.params.id);
      const real = await parts.openInRoot(row.root_id, row.absolute_path);
      const name = encodeURIComponent(path.basename(row.absolute_path)).replaceAll(/['()*]/g, escapeByte);
      await sendFile(call, {
        path: real,
        contentType: mediaType(mediaFactsOf(row, [])),
        disposition: `attachment; filename*=UTF-8''${name}`,
      });
    }),
  ];
}

const escapeByte = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

type StreamCall = Call<Endpoint> & { params: { session: string }; query: { s: string } };

/** Checks the signature and finds the session, which from now on knows of the request. */
export function sessionOpener({ sessions, addresses }: Pick<StreamRoutesParts, 'sessions' | 'addresses'>) {
  return (call: Pick<StreamCall, 'params' | 'query' | 'http'>, kind: StreamKind): PlaybackSession => {
    const grant = addresses.verify(call.query.s, { session: call.params.session, kind });
    const session = sessions.find(grant.session);
    if (!session || session.facts.accountId !== grant.account || session.facts.media.fileId !== grant.file)
      throw new AppError('gone', 'This playback has ended.', { fix: 'Play the title again.' });
    session.attend(call.http.request, call.http.response);
    return session;
  };
}

async function sendHls(
  call: Call<typeof api.streamHls>,
  session: PlaybackSession,
  stream: SegmentSource,
  sendFile: SendFile,
): Promise<void> {
  const { file } = call.params;
  if (file === 'index.m3u8') return await sendPlaylist(call, stream);
  if (file === 'init.mp4') {
    const near = segmentAt(stream.plan, session.positionMs);
    const target = await stream.init(near, call.signal);
    return await sendFile(call, { path: target, contentType: 'video/mp4', cacheControl: segmentCache });
  }
  const segment = /^(\d{1,6})\.m4s$/.exec(file)?.[1];
  if (segment === undefined) throw notFound('segment', file);
  const target = await stream.segment(Number(segment), call.signal);
  await sendFile(call, { path: target, contentType: 'video/iso.segment', cacheControl: segmentCache });
}

/** Each of its addresses carries the signature of its own, so that any player can follow them. */
async function sendPlaylist({ http, query }: Call<typeof api.streamHls>, stream: SegmentSource): Promise<void> {
  const text = playlistOf(stream.plan, `?s=${query.s}`);
  http.set('Content-Type', 'application/vnd.apple.mpegurl');
  http.set('Cache-Control', 'private, no-store');
  if (!/\bgzip\b/.test(http.header('accept-encoding'))) return http.send(text);
  // The same signature in every line packs well: 2 % of half a megabyte.
  http.set('Content-Encoding', 'gzip');
  http.set('Vary', 'Accept-Encoding');
  http.send(await compress(text));
}
