import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { z } from 'zod';
import { AppError, notFound } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/log/logger.ts';
import type { FileRow } from '../library/file-rows.ts';
import type { Capabilities } from './capabilities.ts';
import { createSegmentStream } from './convert/create-segment-stream.ts';
import { evenPlan, keyFramePlan, segmentAt, type SegmentPlan } from './convert/segment-plan.ts';
import type { SegmentSource } from './convert/segment-source.ts';
import { chooseVersion, withConvertedVideo, type Decision, type PlaybackWish } from './decide-playback.ts';
import { clampStart, lengthOf, partAt } from './film-parts.ts';
import type { FindKeyFrames } from './keyframes/find-key-frames.ts';
import type { OpenInRoot } from './media-access.ts';
import { mediaFactsOf, type MediaFacts } from './media-facts.ts';
import { PlaybackSession } from './playback-session.ts';
import type { PlaybackSessions } from './playback-sessions.ts';
import type { reportProgress, startPlayback } from './playback.schema.ts';
import type { MediaFiles, PlaybackHooks, PreferencesOf, Progress, Titles } from './ports.ts';

export interface PlaybackParts {
  files: MediaFiles;
  titles: Titles;
  progress: Progress;
  hooks: PlaybackHooks;
  preferencesOf: PreferencesOf;
  openInRoot: OpenInRoot;
  findKeyFrames: FindKeyFrames;
  capabilities: Capabilities;
  sessions: PlaybackSessions;
  /** Folder below which each session has one for its segments. */
  segmentFolder: () => string;
  logger: Logger;
}

export type StartWish = z.output<NonNullable<(typeof startPlayback)['body']>>;
export type ProgressReport = z.output<NonNullable<(typeof reportProgress)['body']>>;

export interface Viewer {
  accountId: string;
  name: string;
  /** The sign-in it comes from; absent for guests and API tokens. */
  loginId: string | undefined;
  /** Browser and system. */
  client: string;
}

export interface Started {
  session: PlaybackSession;
  startMs: number;
  versions: readonly FileRow[];
  parts: readonly FileRow[];
}

/** Long enough to be worth a request, short enough to be converted before anybody gets impatient. */
const convertedSegmentMs = 2000;
const copiedSegmentMs = 4000;

/** Decides how to play, opens sessions, and keeps what they report. */
export class PlaybackService {
  readonly #parts: PlaybackParts;

  constructor(parts: PlaybackParts) {
    this.#parts = parts;
  }

  /**
   * Opens a session.
   * @throws AppError `not_found`, `bad_request`, `root_unavailable`, `media_unreadable`, `transcoder_missing`, `transcode_limit`
   */
  async start(viewer: Viewer, wish: StartWish): Promise<Started> {
    const rows = await this.#rowsOf(wish);
    const parts = rows.filter(({ role }) => role === 'part');
    const resume = wish.positionMs ?? (await this.#parts.progress.resumePosition(viewer.accountId, wish.itemId));
    const versions = rows.filter(({ role }) => role === 'main');
    const candidates = this.#candidatesOf(wish, rows, versions, partAt(parts, resume));
    const streams = await this.#parts.files.streams(candidates.map(({ id }) => id));
    const { client, audioIndex, audioLanguage, atLeast } = wish;
    const preferences = await this.#parts.preferencesOf(viewer.accountId);
    const wishes: PlaybackWish = { client, audioIndex, audioLanguage, atLeast, preferences };
    const { media, decision: first } = chooseVersion(
      candidates.map((row) => mediaFactsOf(row, streams.get(row.id) ?? [])),
      wishes,
    );
    const row = candidates.find(({ id }) => id === media.fileId) as FileRow;
    const real = await this.#parts.openInRoot(media.rootId, media.path);
    const opened = { ...media, path: real };
    const { decision, plan } = await this.#plan(opened, first, wishes, row);
    const before = parts.slice(0, Math.max(0, parts.indexOf(row)));
    const beforeMs = row.role === 'part' ? lengthOf(before) : 0;
    // A position that was asked for is one of this file; a stored one counts through all parts.
    const startMs = clampStart(wish.positionMs === undefined ? resume - beforeMs : resume, media.durationMs);
    const id = randomUUID();
    const session = new PlaybackSession(
      {
        id,
        accountId: viewer.accountId,
        accountName: viewer.name,
        loginId: viewer.loginId,
        itemId: wish.itemId,
        title: await this.#titleOf(wish.itemId, viewer.accountId),
        media: opened,
        path: real,
        decision,
        stream: plan && (await this.#stream(id, opened, decision, plan)),
        beforeMs,
        totalMs: row.role === 'part' ? lengthOf(parts) : media.durationMs,
        client: viewer.client,
        startedAt: Date.now(),
        isExtra: row.role === 'extra',
      },
      startMs,
    );
    this.#begin(session, startMs);
    return { session, startMs, versions, parts };
  }

  /** Stores where somebody is. With `stop` the session ends. */
  async report(id: string, accountId: string, report: ProgressReport): Promise<{ played: boolean }> {
    const session = this.#parts.sessions.get(id, accountId);
    const failure = session.facts.stream?.failure;
    session.touch();
    session.positionMs = report.positionMs;
    session.paused = report.paused || report.event === 'pause';
    const played = await this.#keep(session, report);
    if (report.event === 'stop') await this.#parts.sessions.end(session);
    else if (failure) {
      await this.#parts.sessions.end(session);
      throw failure;
    }
    return { played };
  }

  async stop(id: string, accountId: string): Promise<void> {
    await this.#parts.sessions.end(this.#parts.sessions.get(id, accountId));
  }

  /** A session ended, whoever ended it. */
  ended(session: PlaybackSession): void {
    const { accountId, itemId, totalMs, beforeMs, isExtra } = session.facts;
    if (isExtra) return;
    const positionMs = beforeMs + session.positionMs;
    void this.#parts.hooks.emit('playback.stopped', {
      accountId,
      itemId: String(itemId),
      positionMs,
      durationMs: totalMs,
    });
  }

  async #rowsOf({ itemId, fileId }: StartWish): Promise<FileRow[]> {
    const rows = (await this.#parts.files.rowsOf([itemId])).get(itemId) ?? [];
    const present = rows.filter((row) => row.missing_since === null);
    if (present.length > 0 && (fileId === undefined || present.some(({ id }) => id === fileId))) return present;
    const place = (await this.#parts.titles.places([itemId])).get(itemId);
    if (!place) throw notFound('item', itemId);
    if (place.type === 'show' || place.type === 'season')
      throw new AppError('bad_request', 'A show cannot be played itself.', { fix: 'Choose one of its episodes.' });
    if (fileId !== undefined && present.length > 0) throw notFound('file', fileId);
    throw new AppError('not_found', 'This title has no file that could be played.', {
      details: { resource: 'file', identifier: itemId },
      fix: rows.length > 0 ? 'Its file is gone; connect its disk, or scan the library.' : 'Add it to the library.',
    });
  }

  #candidatesOf(
    wish: StartWish,
    rows: readonly FileRow[],
    versions: readonly FileRow[],
    part: FileRow | undefined,
  ): readonly FileRow[] {
    if (wish.fileId !== undefined) return rows.filter(({ id }) => id === wish.fileId);
    if (versions.length > 0) return versions;
    return part ? [part] : rows.slice(0, 1);
  }

  /** Where the film is cut; without a usable index its picture is converted too. */
  async #plan(
    media: MediaFacts,
    decision: Decision,
    wish: PlaybackWish,
    row: FileRow,
  ): Promise<{ decision: Decision; plan: SegmentPlan | undefined }> {
    if (decision.mode === 'direct') return { decision, plan: undefined };
    const isCopied = decision.mode === 'remux';
    if (!isCopied) await this.#parts.capabilities.get();
    if (media.durationMs <= 0 || (decision.video === 'none' && decision.audio === 'none'))
      throw new AppError('media_unreadable', row.problem || 'Nothing is known of this file that could be played.', {
        fix: 'Copy the file again, then scan the library.',
      });
    const even = evenPlan(media.durationMs, convertedSegmentMs);
    if (decision.video !== 'copy') return { decision, plan: even };
    const keyFrames = await this.#parts.findKeyFrames(media);
    if (keyFrames) return { decision, plan: keyFramePlan(keyFrames, media.durationMs, copiedSegmentMs) };
    await this.#parts.capabilities.get();
    return { decision: withConvertedVideo(media, wish, 'The file has no index by which it could be cut.'), plan: even };
  }

  async #stream(id: string, media: MediaFacts, decision: Decision, plan: SegmentPlan): Promise<SegmentSource> {
    const { capabilities, sessions, segmentFolder, logger } = this.#parts;
    const folder = path.join(segmentFolder(), id);
    if (decision.mode === 'remux' && !(await capabilities.find())) {
      // Only loaded where it is needed: with an ffmpeg the server would start later for nothing.
      const { PacketStream } = await import('./convert/packet-stream.ts');
      return new PacketStream({ media, audioIndex: decision.audioIndex, plan, folder });
    }
    const [transcoder, encoder] = [await capabilities.get(), await capabilities.encoder()];
    const converts = decision.mode === 'audio' || decision.mode === 'transcode';
    return createSegmentStream({
      media,
      decision,
      plan,
      transcoder,
      encoder,
      folder,
      onFailure: (failure) =>
        logger.warn({ err: failure, session: id, file: media.fileId }, 'A film could not be converted to its end'),
      takePlace: converts ? () => sessions.takePlace() : () => () => undefined,
    });
  }

  #begin(session: PlaybackSession, startMs: number): void {
    const { stream, accountId, itemId, media, isExtra } = session.facts;
    // Before anything is promised: is there a place? From here on ffmpeg works while the player still reads the answer.
    stream?.begin(segmentAt(stream.plan, startMs));
    this.#parts.sessions.add(session);
    if (isExtra) return;
    void this.#parts.hooks.emit('playback.started', {
      accountId,
      itemId: String(itemId),
      fileId: String(media.fileId),
    });
  }

  async #keep(session: PlaybackSession, report: ProgressReport): Promise<boolean> {
    const { accountId, itemId, beforeMs, totalMs, media, isExtra } = session.facts;
    if (isExtra) return false;
    const positionMs = beforeMs + report.positionMs;
    const { played } = await this.#parts.progress.report(accountId, {
      itemId,
      positionMs,
      ...(totalMs > 0 && { durationMs: Math.round(totalMs) }),
      fileId: media.fileId,
      ...(report.audioIndex !== undefined && { audioIndex: report.audioIndex }),
      ...(report.subtitleId !== undefined && { subtitleId: report.subtitleId }),
    });
    void this.#parts.hooks.emit('playback.progress', {
      accountId,
      itemId: String(itemId),
      positionMs,
      durationMs: totalMs,
    });
    return played;
  }

  async #titleOf(itemId: number, accountId: string): Promise<string> {
    const [card] = await this.#parts.titles.cards([itemId], accountId);
    return card ? [card.show?.title, card.title].filter(Boolean).join(' · ') : '';
  }
}
