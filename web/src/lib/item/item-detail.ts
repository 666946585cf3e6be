import { m } from '#messages';
import type { components } from '#lib/api/schema.d.ts';
import { formatRuntime } from '#lib/i18n/format.ts';
import { episodeCode } from '#lib/catalog/card.ts';
import { codecWords } from './codec-words.ts';

/** Everything about one title. */
export type ItemDetail = components['schemas']['ItemDetail'];
export type Episode = ItemDetail['episodes'][number];
export type MediaFile = ItemDetail['files'][number];
export type Stream = MediaFile['streams'][number];

/** What the big button says: play, resume with what is left, or the next episode. */
export function playLabel(target: NonNullable<ItemDetail['playTarget']>): string {
  const code = episodeCode(target);
  switch (target.label) {
    case 'resume':
      return code ? m.play_resume_episode({ episode: code }) : m.play_resume();
    case 'rewatch':
      return m.play_again();
    default:
      return code ? m.play_episode({ episode: code }) : m.play_play();
  }
}

/** The line below the title: year, running time, rating, certificate, seasons, quality. */
export function factsOf(item: ItemDetail): string[] {
  const years = item.year?.toString();
  const quality = item.files.find((file) => !file.missing);
  return [
    years,
    item.runtimeMs ? formatRuntime(item.runtimeMs / 1000) : undefined,
    item.type === 'show' && item.seasons.length > 0
      ? m.facts_seasons({ count: item.seasons.filter((season) => season.seasonNumber !== 0).length })
      : undefined,
    item.type === 'show' || item.type === 'season'
      ? item.episodeCount
        ? m.facts_episodes({ count: item.episodeCount })
        : undefined
      : undefined,
    quality?.resolution || undefined,
    quality?.hdr || undefined,
  ].filter((fact) => fact !== undefined);
}

/** A show's status in words; one the app does not know is shown as it is. */
export function statusWords(status: string): string {
  const known: Record<string, string> = {
    continuing: m.status_continuing(),
    ended: m.status_ended(),
    canceled: m.status_cancelled(),
    cancelled: m.status_cancelled(),
    upcoming: m.status_upcoming(),
  };
  return known[status.toLowerCase()] ?? status;
}

/** The stored rating (0 to 100) as people know it: `8.2`. */
export const ratingWords = (rating: number): string => (rating / 10).toFixed(1);

/** A file by what sets it apart from other versions: its name for itself, resolution, HDR, codec. */
export function versionWords(file: MediaFile): string {
  return (
    [file.version, file.resolution, file.hdr, codecWords(file.videoCodec)].filter(Boolean).join(' · ') || file.fileName
  );
}

/** Sound as people say it: `5.1`, `Stereo`. */
export function channelWords(channels: number): string {
  return (
    { 0: '', 1: m.channels_mono(), 2: m.channels_stereo(), 6: '5.1', 8: '7.1' }[channels] ??
    m.channels_count({ count: channels })
  );
}
