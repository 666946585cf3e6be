import { basename } from 'node:path';
import type { MediaData } from '@vitascope/sdk';
import type { CatalogEntry, MetadataSource } from '../../catalog/catalog-entry.ts';
import { fold } from '../../catalog/fold.ts';
import { parseName } from '../name-parser/parse-name.ts';
import type { ParsedName } from '../name-parser/parsed-name.ts';
import type { LocalDescription } from './decide.ts';
import type { FolderDescription, IdentifiedFile } from './identify-files.ts';

/** A show as its files and sidecars tell it. Files with one key belong to one show. */
export interface ShowPlan {
  key: string;
  entry: CatalogEntry;
}

/** The folder is the show's identity; without one, its name. */
export function planShow(
  { file, shape, show, descriptions }: IdentifiedFile,
  knownShowId: number | undefined,
): ShowPlan {
  const folderName = shape.show ? parseName(basename(shape.show.path)) : undefined;
  const title = folderName?.title || file.name.title;
  const year = folderName?.year ?? (folderName ? undefined : file.name.year);
  const stated = descriptions.find(({ data }) => data.showTitle)?.data.showTitle;
  const data: MediaData = {
    type: 'show',
    title: stated && !folderName ? stated : title,
    ...(year !== undefined && { year }),
    ids: idsOf(folderName ?? file.name),
  };
  return {
    key: shape.show ? `folder:${shape.show.path}` : `title:${fold(data.title)}:${year ?? ''}`,
    entry: {
      ...(knownShowId !== undefined && { itemId: knownShowId }),
      sources: [...sourcesOf(show, 'show'), { provider: 'name', data }],
      ...(show && { pictures: show.pictures }),
    },
  };
}

/** Only seasons that sidecars say something of; the others are made with their episodes. */
export function planSeason(
  showId: number,
  number: number,
  season: FolderDescription | undefined,
): CatalogEntry | undefined {
  const sources = sourcesOf(season, 'season').map(({ provider, data }) => ({
    provider,
    data: { ...data, season: number },
  }));
  if (!season || (sources.length === 0 && season.pictures.length === 0)) return undefined;
  return {
    showId,
    sources: [...sources, { provider: 'name', data: { type: 'season', title: '', season: number } }],
    pictures: season.pictures,
  };
}

export function planMovie({ file, descriptions, pictures }: IdentifiedFile, itemId: number | undefined): CatalogEntry {
  const { name } = file;
  const data: MediaData = {
    type: 'movie',
    title: name.title,
    ...(name.year !== undefined && { year: name.year }),
    ids: idsOf(name),
  };
  return {
    ...(itemId !== undefined && { itemId }),
    sources: [...described(descriptions, 'movie'), { provider: 'name', data }],
    ...(name.extra === undefined && { pictures }),
  };
}

/** One entry for each episode in the file, in order. */
export function planEpisodes(
  { file, decision, descriptions, pictures }: IdentifiedFile,
  showId: number,
): CatalogEntry[] {
  const season = decision.season ?? 1;
  return decision.episodes.map((episode, index) => {
    const stated = descriptions.flatMap(({ provider, data, more }): MetadataSource[] => {
      const one =
        [data, ...more].find((each) => each.episode === episode) ??
        (index === 0 && data.episode === undefined ? data : undefined);
      return one ? [{ provider, data: { ...one, type: 'episode', season, episode } }] : [];
    });
    return {
      showId,
      sources: [...stated, { provider: 'name', data: nameOfEpisode(file.name, season, episode, index) }],
      ...(index === 0 && {
        pictures: pictures.map((picture) =>
          picture.kind === 'poster' ? { ...picture, kind: 'still' as const } : picture,
        ),
      }),
    };
  });
}

function nameOfEpisode(name: ParsedName, season: number, episode: number, index: number): MediaData {
  const title = index === 0 && name.episodeTitle ? name.episodeTitle : '';
  return {
    type: 'episode',
    title: title || name.date || '',
    season,
    episode,
    ...(name.date !== undefined && { releaseDate: name.date }),
    ...(name.absoluteEpisode !== undefined && index === 0 && { absoluteEpisode: name.absoluteEpisode }),
  };
}

const sourcesOf = (folder: FolderDescription | undefined, type: MediaData['type']): MetadataSource[] =>
  described(folder?.descriptions ?? [], type);

const described = (descriptions: readonly LocalDescription[], type: MediaData['type']): MetadataSource[] =>
  descriptions.filter(({ data }) => data.type === type).map(({ provider, data }) => ({ provider, data }));

function idsOf(name: ParsedName): Record<string, string> {
  return Object.fromEntries(Object.entries(name.ids).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
