/** Identifiers of outside databases written into a name. */
export interface NameIds {
  tmdb?: string;
  imdb?: string;
  tvdb?: string;
}

// Any of three brackets, "-" or "=", with or without "id": [tmdbid-1], {tmdb=1}, (tvdbid-1), [imdb-tt0000001], [tt0000001].
const TAG = /[[({](tmdb|imdb|tvdb)(?:id)?[-=:](tt\d{1,10}|\d{1,10})[\])}]/gi;
const BARE_IMDB = /(?:^|[^a-z\d])(tt\d{7,10})(?![a-z\d])/i;

/** Plex's way to name an edition. */
const EDITION = /\{edition-([^{}]{1,60})\}/i;

/** Most names have none of these: one look tells. */
const ANY = /[[({](?:tmdb|imdb|tvdb|edition-)|tt\d{7}/i;

export interface IdsAndRest {
  ids: NameIds;
  edition?: string;
  /** The name without its id tags. */
  rest: string;
}

/** Takes the id tags and an `{edition-…}` tag out of a name, so that nothing after this sees them. */
export function takeIds(name: string): IdsAndRest {
  const ids: NameIds = {};
  if (!ANY.test(name)) return { ids, rest: name };
  const rest = name.replace(TAG, (tag, database: string, id: string) => {
    const key = database.toLowerCase() as keyof NameIds;
    if ((key === 'imdb') !== /^tt/i.test(id)) return tag;
    ids[key] ??= id.toLowerCase();
    return ' ';
  });
  const edition = EDITION.exec(rest)?.[1]?.trim();
  const imdb = BARE_IMDB.exec(rest)?.[1];
  if (imdb !== undefined) ids.imdb ??= imdb.toLowerCase();
  const bare = (imdb === undefined ? rest : rest.replace(imdb, ' ')).replace(EDITION, ' ');
  return { ids, ...(edition && { edition }), rest: bare };
}
