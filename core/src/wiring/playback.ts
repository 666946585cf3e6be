import { createSigner } from '../kernel/security/signer.ts';
import type { TrackPreferences } from '../domains/playback/choose-tracks.ts';
import { playbackModule, type PlaybackModule } from '../domains/playback/playback.module.ts';
import { rulesOf, type PresetName } from '../domains/tracking/play-state.ts';
import { PlayStateStore } from '../domains/tracking/play-state-store.ts';
import { TrackingService } from '../domains/tracking/tracking.service.ts';
import type { Foundation } from '../foundation.ts';
import { type Get, ACCOUNTS, CATALOG, LIBRARY_FILES, LIBRARY_STORE, PLUGINS, SEND_FILE, TRACKING } from './tokens.ts';

export function makePlayback({ loaded, config, secretKey, logger }: Foundation, get: Get): PlaybackModule {
  const accounts = get(ACCOUNTS);
  return playbackModule({
    settings: () => config.get('playback'),
    dataDir: loaded.config.dataDir,
    files: get(LIBRARY_FILES),
    roots: get(LIBRARY_STORE),
    titles: get(CATALOG),
    progress: get(TRACKING),
    hooks: get(PLUGINS).hooks,
    preferencesOf: async (accountId) => ((await accounts.find(accountId))?.preferences ?? {}) as TrackPreferences,
    signer: createSigner(secretKey, 'stream'),
    sendFile: get(SEND_FILE),
    logger,
  });
}

export function makeTracking({ database, events, config }: Foundation, get: Get): TrackingService {
  const accounts = get(ACCOUNTS);
  return new TrackingService({
    store: new PlayStateStore(database),
    catalog: {
      places: (ids) => get(CATALOG).places(ids),
      episodesOf: (ids) => get(CATALOG).episodesOf(ids),
      cards: (ids, accountId) => get(CATALOG).cards(ids, accountId),
      recentlyAdded: (accountId, limit) => get(CATALOG).recentlyAdded(accountId, limit),
      counts: () => get(CATALOG).counts(),
    },
    events,
    async rulesFor(accountId) {
      const own = config.get('tracking');
      const preferences = (await accounts.find(accountId))?.preferences as { playStatePreset?: PresetName } | undefined;
      return rulesOf(preferences?.playStatePreset ?? own.preset, own);
    },
  });
}
