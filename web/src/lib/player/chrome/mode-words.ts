import { m } from '#messages';
import type { Mode } from '../playback.ts';

/** How it plays, in a sentence. */
export const modeWords = (mode: Mode): string =>
  ({
    direct: m.player_mode_direct,
    remux: m.player_mode_remux,
    audio: m.player_mode_audio,
    transcode: m.player_mode_transcode,
  })[mode]();
