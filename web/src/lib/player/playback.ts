import type { components, paths } from '#lib/api/schema.d.ts';

type Start = paths['/api/v1/playback']['post'];

/** What the server answers when a title is opened. */
export type Playback = Start['responses']['201']['content']['application/json'] & {
  /** Frames for the scrub bar; `{ms}` stands for the position. Absent where none can be made. */
  thumbnails?: string;
};
export type StartWish = NonNullable<Start['requestBody']>['content']['application/json'];
export type ClientProfile = components['schemas']['ClientProfile'];
export type Mode = Playback['mode'];
export type AudioTrack = Playback['audioTracks'][number];
export type SubtitleTrack = Playback['subtitleTracks'][number];

const modes: readonly Mode[] = ['direct', 'remux', 'audio', 'transcode'];

/** The next way of playing that asks less of the browser; undefined after the last. */
export const heavierMode = (mode: Mode): Mode | undefined => modes[modes.indexOf(mode) + 1];
