import path from 'node:path';
import type { Logger } from '../../kernel/log/logger.ts';
import type { DomainModule } from '../../kernel/module.ts';
import type { SendFile } from '../../kernel/http/send-file.ts';
import type { Signer } from '../../kernel/security/signer.ts';
import { createCapabilities, type PlaybackSettings } from './capabilities.ts';
import { createDerivedFiles } from './derived-files.ts';
import { createFontFinder } from './fonts.ts';
import { createKeyFrameFinder } from './keyframes/find-key-frames.ts';
import { createOpenInRoot } from './media-access.ts';
import { playbackRoutes } from './playback.routes.ts';
import { PlaybackService } from './playback.service.ts';
import { PlaybackSessions } from './playback-sessions.ts';
import type { MediaFiles, PlaybackHooks, PreferencesOf, Progress, RootFolders, Titles } from './ports.ts';
import { createStreamAddresses } from './stream-addresses.ts';
import { SubtitleService } from './subtitles/subtitle-service.ts';
import { createThumbnailFinder } from './thumbnails.ts';

export interface PlaybackModuleParts {
  settings: PlaybackSettings;
  /** The server's data directory; segments lie in `transcode`, what was read out of films in `cache/playback`. */
  dataDir: string;
  files: MediaFiles;
  roots: RootFolders;
  titles: Titles;
  progress: Progress;
  hooks: PlaybackHooks;
  preferencesOf: PreferencesOf;
  /** Of the purpose `stream`. */
  signer: Signer;
  sendFile: SendFile;
  logger: Logger;
}

export interface PlaybackModule extends DomainModule {
  /** Ends what an account plays. */
  endOf(accountId: string): Promise<void>;
  /** Ends what was begun with a sign-in. */
  endOfLogin(loginId: string): Promise<void>;
}

const hourMs = 3_600_000;

/** Playing: sessions, conversion, subtitles. */
export function playbackModule(parts: PlaybackModuleParts): PlaybackModule {
  const { settings, files, titles, progress, hooks, preferencesOf, sendFile, logger } = parts;
  // A folder of our own below the configured one: it is emptied at start.
  const folder = (): string => {
    const { transcodeDir } = settings();
    return transcodeDir === undefined
      ? path.join(parts.dataDir, 'transcode')
      : path.join(transcodeDir, 'vitascope-transcode');
  };
  const capabilities = createCapabilities(settings);
  const openInRoot = createOpenInRoot(parts.roots);
  const sessions: PlaybackSessions = new PlaybackSessions({
    settings,
    folder,
    logger,
    onEnd: (session) => playback.ended(session),
  });
  const playback = new PlaybackService({
    files,
    titles,
    progress,
    hooks,
    preferencesOf,
    openInRoot,
    capabilities,
    sessions,
    findKeyFrames: createKeyFrameFinder(),
    segmentFolder: folder,
    logger,
  });
  const addresses = createStreamAddresses(parts.signer, () => settings().signedUrlHours * hourMs);
  const derived = createDerivedFiles(path.join(parts.dataDir, 'cache', 'playback'));
  const subtitles = new SubtitleService({ derived, capabilities, openInRoot });
  return {
    name: 'playback',
    endOf: (accountId) => sessions.endOf(accountId),
    endOfLogin: (loginId) => sessions.endOfLogin(loginId),
    routes: playbackRoutes({
      playback,
      titles,
      settings,
      sessions,
      addresses,
      capabilities,
      files,
      openInRoot,
      sendFile,
      subtitles,
      findFont: createFontFinder({ derived, capabilities }),
      findThumbnail: createThumbnailFinder({ derived, capabilities }),
    }),
    health: [capabilities.health],
    async start() {
      await sessions.start();
      await derived.prune();
    },
    async stop() {
      await Promise.all([sessions.stop(), subtitles.stop()]);
    },
  };
}
