import { m } from '#messages';
import { assertOk } from '#lib/api/client.ts';
import { errorCode, friendlyError, type FriendlyError, type Problem } from '#lib/api/problem.ts';

export interface PlayerFailure extends FriendlyError {
  code: string;
  /** What to do, where the server's own words do not say it. */
  step?: string;
  /** Trying the same again may help. */
  retryable: boolean;
}

const titles: Record<string, () => string> = {
  transcoder_missing: m.player_error_transcoder_missing,
  transcode_limit: m.player_error_transcode_limit,
  media_unreadable: m.player_error_media_unreadable,
  media_unsupported: m.player_error_media_unsupported,
  root_unavailable: m.player_error_root_unavailable,
  not_found: m.player_error_not_found,
  storage_full: m.player_error_storage_full,
  unreachable: m.player_error_unreachable,
  not_playable: m.player_error_not_playable,
};
const steps: Record<string, () => string> = {
  transcoder_missing: m.player_fix_transcoder_missing,
  transcode_limit: m.player_fix_transcode_limit,
  root_unavailable: m.player_fix_root_unavailable,
};
const final = new Set(['not_found', 'media_unreadable', 'media_unsupported']);

/** What a person reads when something cannot be played. */
export function failureOf(error: unknown): PlayerFailure {
  const code = errorCode(error) ?? 'internal';
  const friendly = friendlyError(error);
  return {
    ...friendly,
    code,
    title: titles[code]?.() ?? m.player_error_title(),
    step: fixOf(error) ? undefined : steps[code]?.(),
    retryable: !final.has(code),
  };
}

function fixOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('problem' in error)) return undefined;
  return (error.problem as Problem).fix;
}

/** The browser could play none of the ways the server offered. */
const notPlayable = (): PlayerFailure => ({
  code: 'not_playable',
  title: m.player_error_not_playable(),
  text: m.player_error_not_playable_text(),
  retryable: true,
});

/** The connection did not come back. */
export const unreachable = (): PlayerFailure => ({
  code: 'unreachable',
  title: m.player_error_unreachable(),
  text: m.player_error_unreachable_text(),
  retryable: true,
});

/** Asks once more for what was refused, this time for the reason. */
export async function refusalOf(url: string | undefined): Promise<PlayerFailure> {
  if (!url) return notPlayable();
  try {
    await assertOk(await fetch(url, { headers: { range: 'bytes=0-0' } }));
    return notPlayable();
  } catch (error) {
    return failureOf(error);
  }
}
