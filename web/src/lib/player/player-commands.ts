import FastForward from '@lucide/svelte/icons/fast-forward';
import Captions from '@lucide/svelte/icons/captions';
import CaptionsOff from '@lucide/svelte/icons/captions-off';
import Gauge from '@lucide/svelte/icons/gauge';
import Pause from '@lucide/svelte/icons/pause';
import Play from '@lucide/svelte/icons/play';
import Rewind from '@lucide/svelte/icons/rewind';
import Volume2 from '@lucide/svelte/icons/volume-2';
import VolumeX from '@lucide/svelte/icons/volume-x';
import { m } from '#messages';
import { formatClock, formatCount } from '#lib/i18n/format.ts';
import type { Controls } from './chrome/controls.svelte.ts';
import type { Feedback } from './chrome/feedback.svelte.ts';
import type { PlayerAction } from './key-map.ts';
import type { Player } from './player.svelte.ts';
import { nextSpeed } from './qualities.ts';
import type { Screen } from './screen.svelte.ts';

export interface CommandParts {
  player: Player;
  controls: Controls;
  screen: Screen;
  feedback: Feedback;
  next: () => void;
  previous: () => void;
  leave: () => void;
}

const frameMs = 1000 / 24;

/** Does what keys, taps and buttons ask for, and says so. */
export class PlayerCommands {
  readonly #parts: CommandParts;

  constructor(parts: CommandParts) {
    this.#parts = parts;
  }

  perform(action: PlayerAction): void {
    const { player, controls, screen, next, previous } = this.#parts;
    switch (action.do) {
      case 'toggle-play':
        return this.togglePlay();
      case 'skip':
        return this.skip(action.seconds);
      case 'volume':
        return this.setVolume(player.media.volume + action.by);
      case 'mute':
        return this.toggleMute();
      case 'seek-tenth':
        return this.#seekTenth(action.tenth);
      case 'speed':
        return this.setSpeed(nextSpeed(player.media.rate, action.by));
      case 'frame':
        return player.media.paused ? player.seek(player.timeMs + action.by * frameMs) : undefined;
      case 'fullscreen':
        return screen.toggleFullscreen();
      case 'theater':
        return screen.toggleTheater();
      case 'picture-in-picture':
        return screen.togglePictureInPicture();
      case 'subtitles':
        return this.toggleSubtitles();
      case 'subtitle-menu':
        return controls.toggleMenu('subtitles');
      case 'audio-menu':
        return controls.toggleMenu('audio');
      case 'settings-menu':
        return controls.toggleMenu('settings');
      case 'next':
        return next();
      case 'previous':
        return previous();
      case 'help':
        controls.help = !controls.help;
        return;
      case 'escape':
        return this.#escape();
    }
  }

  togglePlay(): void {
    const { player, feedback } = this.#parts;
    const starts = player.media.paused;
    void player.togglePlay();
    feedback.show(starts ? Play : Pause, starts ? m.player_said_playing() : m.player_said_paused());
  }

  skip(seconds: number): void {
    const { player, feedback } = this.#parts;
    player.skip(seconds);
    const count = formatCount(Math.abs(seconds));
    if (seconds < 0) feedback.show(Rewind, m.player_said_back({ seconds: count }), 'left');
    else feedback.show(FastForward, m.player_said_forward({ seconds: count }), 'right');
  }

  setVolume(volume: number): void {
    const { player, feedback } = this.#parts;
    const rounded = Math.min(1, Math.max(0, Math.round(volume * 20) / 20));
    player.media.setVolume(rounded);
    feedback.show(rounded === 0 ? VolumeX : Volume2, m.player_said_volume({ percent: formatCount(rounded * 100) }));
  }

  toggleMute(): void {
    const { player, feedback } = this.#parts;
    const muted = !player.media.muted;
    player.media.setMuted(muted);
    feedback.show(muted ? VolumeX : Volume2, muted ? m.player_said_muted() : m.player_said_unmuted());
  }

  setSpeed(rate: number): void {
    const { player, feedback } = this.#parts;
    player.media.setRate(rate);
    player.memory.keep({ rate });
    feedback.show(Gauge, m.player_speed_value({ rate: String(rate) }));
  }

  /** Off, or the track that was on last, or the first. */
  toggleSubtitles(): void {
    const { player, feedback } = this.#parts;
    const tracks = player.playback?.subtitleTracks ?? [];
    if (player.subtitle) {
      this.#lastSubtitle = player.subtitle.id;
      player.selectSubtitle(null);
      return feedback.show(CaptionsOff, m.player_subtitles_off());
    }
    const track =
      tracks.find(({ id }) => id === this.#lastSubtitle) ?? tracks.find(({ forced }) => !forced) ?? tracks[0];
    if (!track) return feedback.show(CaptionsOff, m.player_subtitles_none());
    player.selectSubtitle(track);
    feedback.show(Captions, m.player_said_subtitles({ track: track.label }));
  }

  #lastSubtitle = '';

  #seekTenth(tenth: number): void {
    const { player, feedback } = this.#parts;
    const to = (player.totalMs * tenth) / 10;
    const icon = to < player.timeMs ? Rewind : FastForward;
    player.seek(to);
    feedback.show(icon, formatClock(to / 1000));
  }

  /** Closes the innermost thing; with nothing open it leaves. */
  #escape(): void {
    const { controls, screen, leave } = this.#parts;
    if (controls.help) controls.help = false;
    else if (controls.menu !== 'none') controls.menu = 'none';
    else if (screen.fullscreen) screen.leaveFullscreen();
    else leave();
  }
}
