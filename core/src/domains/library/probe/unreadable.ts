import { AppError } from '../../../kernel/errors.ts';

/** Why a file could not be read as media; stands in `details.reason` of the error. */
export type UnreadableReason = 'missing' | 'denied' | 'not_a_file' | 'io' | 'empty' | 'truncated' | 'damaged';

const unreadableSentence: Record<UnreadableReason, string> = {
  missing: 'is not there any more; scan its folder again',
  denied: 'may not be read by the account the server runs under; change its permissions',
  not_a_file: 'is no ordinary file',
  io: 'could not be read from its disk; check the disk or the mount',
  empty: 'is empty; copy it again',
  truncated: 'ends before its headers are complete; copy it again, or wait until the copy is finished',
  damaged: 'begins like media, but its headers are damaged; copy it again',
};

/** `media_unreadable`: it ought to be media and cannot be read. */
export const unreadable = (path: string, reason: UnreadableReason, cause?: unknown): AppError =>
  new AppError('media_unreadable', `${path} ${unreadableSentence[reason]}.`, { details: { path, reason }, cause });

/** `media_unsupported`: it is something else, `reason` says what. */
export const unsupported = (path: string, reason: 'not_media' | 'image' | 'disc_image' | 'no_streams'): AppError => {
  const what = {
    not_media: 'is not a media file, whatever its name says',
    image: 'is a picture, not a film',
    disc_image: 'is a disc image; extract the film from it',
    no_streams: 'holds neither video nor audio',
  }[reason];
  return new AppError('media_unsupported', `${path} ${what}.`, { details: { path, reason } });
};

/** For what a film can do without (chapters, tags, titles): damage there costs that part, not the file. */
export function lenient<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if ((error as { code?: unknown }).code === 'media_unreadable') return otherwise;
    throw error;
  }
}
