import type { ExternalIds } from '@vitascope/sdk';

/** Addresses of title pages that people put into NFO files, and the id each holds. */
const patterns: readonly [keyof ExternalIds & string, RegExp][] = [
  ['imdb', /imdb\.com\/(?:[a-z]{2}\/)?title\/(tt\d{5,10})/i],
  ['tmdb', /themoviedb\.org\/(?:movie|tv)\/(\d{1,10})/i],
  ['tvdb', /thetvdb\.com\/(?:[^\s<"]*[?&](?:series)?id=|dereferrer\/(?:series|movie)\/)(\d{1,10})/i],
  ['trakt', /trakt\.tv\/(?:movies|shows)\/(\d{1,10})(?=[\s/<"]|$)/i],
];

/** Ids in the addresses of a text. */
export function idsInAddresses(text: string): ExternalIds {
  const ids: ExternalIds = {};
  for (const [service, pattern] of patterns) {
    const id = pattern.exec(text)?.[1];
    if (id) ids[service] = id;
  }
  return ids;
}
