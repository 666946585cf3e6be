import type { paths } from '#lib/api/schema.d.ts';
import type { Candidate, LibraryFile } from '#lib/identify/identify.svelte.ts';

export type MatchBody = paths['/api/v1/library/{id}/match']['post']['requestBody']['content']['application/json'];

type Parsed = Pick<LibraryFile, 'parsed'>;

/** Where in a show the name says the file belongs. */
const placeOf = ({ parsed }: Parsed) => ({
  season: parsed.season ?? undefined,
  episodes: parsed.episodes.length > 0 ? [...parsed.episodes] : undefined,
});

/** A candidate can be taken with one press unless it is a show and the name does not say which episode the file is. */
export const canAccept = ({ parsed }: Parsed, candidate: Pick<Candidate, 'type'>): boolean =>
  candidate.type !== 'show' || parsed.episodes.length > 0;

export function candidateBody(file: Parsed, candidate: Candidate): MatchBody {
  const place = candidate.type === 'show' ? placeOf(file) : {};
  if (candidate.itemId !== null) return { mediaId: candidate.itemId, ...place };
  return {
    candidate: {
      connectionId: candidate.connectionId ?? '',
      entryId: candidate.entryId ?? '',
      type: candidate.type,
    },
    ...place,
  };
}

export const sameShowBody = (file: Parsed, showId: number): MatchBody => ({ mediaId: showId, ...placeOf(file) });
