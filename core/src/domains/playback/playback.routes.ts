import type { Call } from '../../kernel/http/endpoint.ts';
import { route, type Route } from '../../kernel/http/endpoint.ts';
import { done } from '../../kernel/http/schema.ts';
import { streamRoutes, type StreamRoutesParts } from './stream.routes.ts';
import { viewMedia } from './playback-view.ts';
import * as api from './playback.schema.ts';
import type { PlaybackService, Viewer } from './playback.service.ts';
import type { Titles } from './ports.ts';
import { viewTitle } from './title-view.ts';
import type { PlaybackSettings } from './capabilities.ts';
import { clientName } from './client-name.ts';

export interface PlaybackRoutesParts extends StreamRoutesParts {
  playback: PlaybackService;
  titles: Titles;
  settings: PlaybackSettings;
}

/** Sessions, and the bytes they play. */
export function playbackRoutes(parts: PlaybackRoutesParts): Route[] {
  const { playback, titles, sessions, capabilities, settings, addresses } = parts;
  return [
    route(api.startPlayback, async (call) => {
      const { session, startMs, versions, parts: pieces } = await playback.start(viewerOf(call), call.body);
      const { id, itemId, media, decision, accountId } = session.facts;
      const title = await viewTitle(titles, itemId, accountId);
      return {
        sessionId: id,
        itemId,
        fileId: media.fileId,
        title: title?.title ?? session.facts.title,
        subtitle: title?.subtitle ?? '',
        poster: title?.poster ?? null,
        backdrop: title?.backdrop ?? null,
        next: title?.next ?? null,
        previous: title?.previous ?? null,
        mode: decision.mode,
        reasons: decision.reasons,
        startMs,
        versions: versions.map((row) => ({
          fileId: row.id,
          label: row.version_label || row.resolution_label || row.file_name,
        })),
        parts: pieces.map((row, i) => ({
          fileId: row.id,
          number: row.part_number ?? i + 1,
          durationMs: row.duration_ms ?? 0,
        })),
        ...viewMedia(session, {
          base: apiPath(call.origin),
          locale: call.caller.locale,
          addresses,
          canMakePictures: (await capabilities.find()) !== undefined,
        }),
      };
    }),
    route(api.reportProgress, ({ params, caller, body }) => playback.report(params.id, caller.accountId, body)),
    route(api.stopPlayback, async ({ params, caller }) => {
      await playback.stop(params.id, caller.accountId);
      return done;
    }),
    route(api.listPlaybackSessions, () => ({
      items: sessions.list().map(({ facts, positionMs, paused }) => ({
        id: facts.id,
        account: facts.accountName,
        itemId: facts.itemId,
        title: facts.title,
        mode: facts.decision.mode,
        reasons: facts.decision.reasons,
        positionMs: Math.round(positionMs),
        durationMs: Math.round(facts.media.durationMs),
        paused,
        client: facts.client,
        startedAt: new Date(facts.startedAt).toISOString(),
        transcoding: facts.stream?.isRunning ?? false,
      })),
    })),
    route(api.getCapabilities, async () => {
      const found = await capabilities.find();
      return {
        ffmpeg: found ? { path: found.path, version: found.version } : null,
        problem: await capabilities.problem(),
        hardware: settings().hardwareAcceleration,
        encoders: [...(found?.encoders ?? [])],
        sessions: sessions.list().length,
        limit: settings().maxTranscodes,
      };
    }),
    ...streamRoutes(parts),
  ];
}

function viewerOf({ caller, http }: Call<typeof api.startPlayback>): Viewer {
  const { accountId, name, sessionId: loginId } = caller;
  return { accountId, name, loginId, client: clientName(http.header('user-agent')) };
}

/** `/vita/api/v1`: what addresses begin with, whatever the browser calls the host. */
const apiPath = (origin: string): string => `${new URL(origin).pathname.replace(/\/$/, '')}/api/v1`;
