import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ConfigSchema, type Config } from '../../kernel/config/config.schema.ts';
import { startTestServer, testKey, type TestServer } from '../../kernel/http/http-server.testing.ts';
import { createSendFile } from '../../kernel/http/send-file.ts';
import { silentLogger } from '../../kernel/log/logger.ts';
import { createSigner } from '../../kernel/security/signer.ts';
import { notFound } from '../../kernel/errors.ts';
import type { FileRow, StreamRow } from '../library/file-rows.ts';
import { probe, type Probe, type ProbedStream } from '../library/probe/probe.ts';
import type { TrackPreferences } from './choose-tracks.ts';
import { playbackModule } from './playback.module.ts';
import type { MediaFiles, PlaybackHooks, Progress, Titles } from './ports.ts';

const execute = promisify(execFile);

export interface TestFile {
  path: string;
  itemId?: number;
  role?: FileRow['role'];
  partNumber?: number;
  /** Subtitles beside the film. */
  subtitles?: readonly { path: string; codec: string }[];
}

export interface PlaybackTest {
  server: TestServer;
  /** Holds the films. */
  root: string;
  dataDir: string;
  /** Changed by tests as people change it in the app. */
  settings: { -readonly [K in keyof Config['playback']]: Config['playback'][K] };
  /** What tracking was told. */
  reports: Parameters<Progress['report']>[1][];
  /** Hooks by name, in order. */
  heard: string[];
  /** Where everybody stopped. */
  resume: { positionMs: number };
  add(files: readonly TestFile[]): Promise<void>;
  /** What everybody prefers. */
  preferences: TrackPreferences;
  /** A clock that signatures are checked by. */
  clock: { ahead: number };
  close(): Promise<void>;
}

/** What a browser says that plays H.264, HEVC only if told, AAC, Opus and MP3. */
export const browser = {
  videoCodecs: ['avc1.640034', 'vp9', 'av01'],
  audioCodecs: ['mp4a.40.2', 'opus', 'flac', 'mp3'],
  containers: ['mp4', 'webm', 'hls'],
  maxChannels: 2,
};

/** Playing over HTTP with files that are really there; the ports of other domains are kept in memory. */
export async function startPlaybackTest(): Promise<PlaybackTest> {
  const folder = await mkdtemp(path.join(tmpdir(), 'vitascope-playback-'));
  const [root, dataDir] = [path.join(folder, 'films'), path.join(folder, 'data')];
  const settings: Config['playback'] = ConfigSchema.parse({}).playback;
  const library = createMemoryLibrary();
  const reports: PlaybackTest['reports'] = [];
  const heard: string[] = [];
  const resume = { positionMs: 0 };
  const clock = { ahead: 0 };
  const preferences: TrackPreferences = {};
  const hooks: PlaybackHooks = {
    emit: async (name) => void heard.push(name),
  };
  const module = playbackModule({
    settings: () => settings,
    dataDir,
    files: library.files,
    titles: library.titles,
    roots: { roots: async () => [{ id: 1, path: root }] },
    progress: {
      resumePosition: async () => resume.positionMs,
      report: async (_, report) => {
        reports.push(report);
        return { played: false };
      },
    },
    hooks,
    preferencesOf: async () => preferences,
    signer: createSigner(testKey, 'stream', () => Date.now() + clock.ahead),
    sendFile: createSendFile(),
    logger: silentLogger(),
  });
  const server = await startTestServer(module.routes ?? []);
  await module.start?.(new AbortController().signal);
  return {
    server,
    root,
    dataDir,
    settings,
    reports,
    heard,
    resume,
    clock,
    preferences,
    add: async (files) => {
      for (const file of files) await library.add(file);
    },
    async close() {
      await module.stop?.();
      await server.close({ graceMs: 100 });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function createMemoryLibrary() {
  const rows: (FileRow & { item_id: number })[] = [];
  const streams = new Map<number, StreamRow[]>();
  const itemOf = (id: number) => rows.find((row) => row.item_id === id);
  const files: MediaFiles = {
    get: async (id) => {
      const row = rows.find((each) => each.id === id);
      if (!row) throw notFound('file', id);
      return row;
    },
    rowsOf: async (ids) => new Map(ids.map((id) => [id, rows.filter((row) => row.item_id === id)])),
    streams: async (ids) => new Map(ids.map((id) => [id, streams.get(id) ?? []])),
  };
  const titles: Titles = {
    places: async (ids) =>
      new Map(
        ids
          .filter((id) => itemOf(id))
          .map((id) => [
            id,
            {
              id,
              type: 'movie',
              showId: null,
              seasonNumber: null,
              episodeNumber: null,
              runtimeMs: itemOf(id)?.duration_ms ?? null,
              fileCount: 1,
            },
          ]),
      ),
    episodesOf: async () => [],
    cards: async (ids) =>
      ids
        .filter((id) => itemOf(id))
        .map((id) => ({
          id,
          type: 'movie',
          title: `Film ${id}`,
          year: 2020,
          show: null,
          seasonNumber: null,
          episodeNumber: null,
          poster: null,
          backdrop: null,
          still: null,
          rating: null,
          runtimeMs: null,
          resolution: '',
          fileCount: 1,
          episodeCount: null,
          unwatchedCount: null,
          addedAt: new Date(0).toISOString(),
          state: null,
        })),
  };
  return {
    files,
    titles,
    async add(file: TestFile): Promise<void> {
      const probed = await probe(file.path);
      const id = rows.length + 1;
      rows.push(await fileRow(id, file, probed));
      streams.set(id, [
        ...probed.streams.map((stream, i) => streamRow(id, id * 100 + i, stream)),
        ...(file.subtitles ?? []).map(({ path: external, codec }, i) => ({
          ...streamRow(id, id * 100 + 50 + i, {
            index: 1000 + i,
            type: 'subtitle',
            codec,
            default: false,
            forced: false,
            hearingImpaired: false,
          }),
          external_path: external,
        })),
      ]);
    },
  };
}

async function fileRow(id: number, file: TestFile, probed: Probe): Promise<FileRow & { item_id: number }> {
  const { size, mtimeMs } = await stat(file.path);
  const video = probed.streams.find(({ type }) => type === 'video');
  return {
    id,
    library_id: 1,
    root_id: 1,
    item_id: file.itemId ?? id,
    absolute_path: file.path,
    folder: '',
    file_name: path.basename(file.path),
    file_size_bytes: size,
    modified_at: Math.trunc(mtimeMs),
    container_format: probed.container,
    video_codec: video?.codec ?? '',
    audio_codec: '',
    hdr: video?.hdr ?? '',
    width: video?.width ?? null,
    height: video?.height ?? null,
    duration_ms: probed.durationMs ?? null,
    bitrate: probed.bitrate ?? null,
    resolution_label: '',
    role: file.role ?? 'main',
    extra_kind: '',
    part_number: file.partNumber ?? null,
    version_label: '',
    match_state: 'matched',
    match_confidence: 1,
    match_source: 'auto',
    match_reasons: '[]',
    parsed: '{}',
    chapters: JSON.stringify(probed.chapters),
    problem: '',
    missing_since: null,
    discovered_at: 0,
    updated_at: 0,
  };
}

function streamRow(fileId: number, id: number, stream: ProbedStream): StreamRow {
  const { index, type, codec, width, height, bitDepth, level, hdr } = stream;
  return {
    id,
    file_id: fileId,
    stream_index: index,
    stream_type: type,
    codec,
    codec_string: stream.codecString ?? '',
    profile: stream.profile ?? '',
    language: stream.language ?? '',
    title: stream.title ?? '',
    channels: stream.channels ?? 0,
    bitrate_kbps: 0,
    is_default: stream.default,
    is_forced: stream.forced,
    is_hearing_impaired: stream.hearingImpaired,
    external_path: null,
    details: JSON.stringify({ width, height, bitDepth, level, hdr }),
  };
}

/** Pictures and sounds of a header and some segments put together: when the first of each is shown, and how many there are. */
export async function inspect(test: PlaybackTest, playlistUrl: string, segments: readonly number[]) {
  const base = playlistUrl.slice(0, playlistUrl.lastIndexOf('/'));
  const query = playlistUrl.slice(playlistUrl.indexOf('?'));
  const pieces: Buffer[] = [];
  for (const name of ['init.mp4', ...segments.map((n) => `${n}.m4s`)]) {
    const response = await fetch(`http://127.0.0.1:${test.server.port}${base}/${name}${query}`);
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
    pieces.push(Buffer.from(await response.arrayBuffer()));
  }
  const file = path.join(test.dataDir, 'inspected.mp4');
  await writeFile(file, Buffer.concat(pieces));
  const { stdout } = await execute('ffprobe', [
    ...[
      '-v',
      'error',
      '-show_entries',
      'packet=codec_type,pts_time,flags:stream=codec_type,codec_name,height,channels',
    ],
    ...['-of', 'json', file],
  ]);
  const { packets, streams } = JSON.parse(stdout) as {
    packets: { codec_type: string; pts_time: string; flags: string }[];
    streams: { codec_type: string; codec_name: string; height?: number; channels?: number }[];
  };
  const of = (type: string) => {
    const times = packets.filter((packet) => packet.codec_type === type).map(({ pts_time }) => Number(pts_time));
    return { first: Math.min(...times), last: Math.max(...times), count: times.length };
  };
  // Decoding complains about anything that does not fit together.
  const decoded = await execute('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-']);
  return { video: of('video'), audio: of('audio'), streams, complaints: decoded.stderr };
}

/** Processes that read a film of this test. */
export async function convertersOf(test: PlaybackTest): Promise<number[]> {
  const { stdout } = await execute('ps', ['-eo', 'pid=,stat=,args=']);
  return stdout
    .split('\n')
    .filter((line) => line.includes(test.root) && line.includes('ffmpeg'))
    .filter((line) => !/^\s*\d+\s+Z/.test(line))
    .map((line) => Number.parseInt(line, 10));
}
