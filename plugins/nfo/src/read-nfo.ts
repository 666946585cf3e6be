import type { ArtworkKind, ExternalIds, MediaData, MediaType } from '@vitascope/sdk';
import { idsInAddresses } from './addresses.ts';
import { creditsOf, dayOf, idsOf, ratingOf, runtimeOf, statusOf, wordsOf, yearOf } from './fields.ts';
import { artworkOf } from './pictures.ts';
import { countOf, elementsOf, textOf, type Node } from './xml.ts';

/** The element that describes each type. */
const roots: Partial<Record<MediaType, string>> = {
  movie: 'movie',
  show: 'tvshow',
  season: 'season',
  episode: 'episodedetails',
};
const usualPicture: Partial<Record<MediaType, ArtworkKind>> = { episode: 'still' };
/** Characters; the host reads 256 kB of a file at the most. What comes later is junk. */
const longest = 1_000_000;

/** One NFO file as data. */
export interface Reading {
  items: MediaData[];
  /** 0 to 1. */
  confidence: number;
  problem?: string;
}

/** Reads the text of an NFO about something of this type; `name` is the media file's or folder's. Never throws for the text. */
export function readNfo(text: string, subject: { type: MediaType; name: string }): Reading {
  const root = roots[subject.type];
  if (!root) return nothing(`There are no NFO files for ${subject.type}.`);
  try {
    return readElements(text.slice(0, longest), { ...subject, root });
  } catch (error) {
    return nothing(`The NFO cannot be read: ${(error as Error).message}.`);
  }
}

function readElements(text: string, subject: { type: MediaType; name: string; root: string }): Reading {
  const { nodes, rest } = elementsOf(text, subject.root);
  const linked = idsInAddresses(rest);
  if (nodes.length === 0) return readAddresses(text, subject, linked);
  const read = nodes.map((node) => describe(node, subject));
  const items = read.map(({ data }, i) => (i === 0 ? { ...data, ids: { ...linked, ...data.ids } } : data));
  const outside = read.reduce((sum, r) => sum + r.outside, 0);
  return {
    items: items.map(withoutEmpty),
    confidence: confidenceOf(items[0]!),
    ...(outside && { problem: `${outside} pictures lie outside the folder and were left out.` }),
  };
}

/** An NFO that is nothing but the address of the title's page. */
function readAddresses(
  text: string,
  { type, name, root }: { type: MediaType; name: string; root: string },
  ids: ExternalIds,
): Reading {
  if (Object.keys(ids).length) return { items: [{ type, title: titleFrom(name), ids }], confidence: 1 };
  const other = /<(movie|tvshow|season|episodedetails|musicvideo|artist|album)[\s>]/i.exec(text)?.[1];
  if (other) return nothing(`The NFO has a <${other.toLowerCase()}> where a <${root}> belongs.`);
  return nothing('The NFO has neither a description nor the address of a known site.');
}

function describe(node: Node, { type, name }: { type: MediaType; name: string }): { data: MediaData; outside: number } {
  const releaseDate = dayOf(node.premiered, node.releasedate, node.aired);
  const { artwork, outside } = artworkOf(node, usualPicture[type] ?? 'poster');
  const isEpisode = type === 'episode';
  const data: MediaData = {
    type,
    title: textOf(node.title)?.slice(0, 2000) ?? (type === 'season' ? seasonTitle(node) : titleFrom(name)),
    originalTitle: textOf(node.originaltitle)?.slice(0, 2000),
    sortTitle: textOf(node.sorttitle)?.slice(0, 2000),
    year: yearOf(node.year, releaseDate),
    releaseDate,
    overview: (textOf(node.plot) ?? textOf(node.outline))?.slice(0, 50_000),
    tagline: textOf(node.tagline)?.slice(0, 5000),
    status: statusOf(node.status),
    contentRating: (textOf(node.mpaa) ?? textOf(node.certification))?.replace(/^Rated\s+/i, '').slice(0, 100),
    rating: ratingOf(node),
    runtimeMs: runtimeOf(node.runtime),
    season: isEpisode ? countOf(node.season) : type === 'season' ? seasonNumber(node) : undefined,
    episode: isEpisode ? countOf(node.episode) : undefined,
    absoluteEpisode: isEpisode ? countOf(node.absolute_number) : undefined,
    showTitle: isEpisode || type === 'season' ? textOf(node.showtitle)?.slice(0, 2000) : undefined,
    ids: idsOf(node, type),
    genres: wordsOf(node.genre),
    studios: wordsOf(node.studio),
    countries: wordsOf(node.country),
    tags: wordsOf(node.tag),
    credits: creditsOf(node),
    artwork,
  };
  return { data, outside };
}

const seasonNumber = (node: Node): number | undefined => countOf(node.seasonnumber) ?? countOf(node.season);

const seasonTitle = (node: Node): string => {
  const number = seasonNumber(node);
  return number === 0 ? 'Specials' : number === undefined ? 'Season' : `Season ${number}`;
};

/** An exact id is certain, a title with a year nearly so. */
function confidenceOf({ ids = {}, year, season, episode, type }: MediaData): number {
  if (Object.keys(ids).length) return 1;
  const isPlaced = year !== undefined || (type === 'episode' && season !== undefined && episode !== undefined);
  return isPlaced ? 0.9 : 0.75;
}

/** A title for people from a file name, where the file says nothing better: what stands before the year, dots as blanks. */
function titleFrom(name: string): string {
  const stem = name.replace(/\.[A-Za-z0-9]{2,4}$/, '');
  const before = /^(.+?)[\s._]*[([{]?(?:19|20)\d{2}\b/.exec(stem)?.[1] ?? stem;
  return before.replace(/[._]+/g, ' ').trim().slice(0, 2000) || name.slice(0, 2000) || 'Untitled';
}

const withoutEmpty = (data: MediaData): MediaData =>
  Object.fromEntries(
    Object.entries(data).filter(
      ([, value]) => value !== undefined && !(typeof value === 'object' && Object.keys(value as object).length === 0),
    ),
  ) as unknown as MediaData;

const nothing = (problem: string): Reading => ({ items: [], confidence: 0, problem });
