import { basename } from 'node:path';
import { fold } from '../../catalog/fold.ts';
import { parseName } from '../name-parser/parse-name.ts';
import { seasonOfFolder, showFolderOf, type SidecarFolder, type SidecarFolders } from './sidecars.ts';
import type { FoundFile } from './walk.ts';

/** More files than this are no film with its versions, parts and trailers. */
const mostInFilmFolder = 12;

export interface FolderShape {
  sidecars: SidecarFolder;
  /** The folder is one film's own: sidecars without the file's name are the film's too. */
  ownsFilm: boolean;
  /** The folder of the show, for folders that belong to one. */
  show: SidecarFolder | undefined;
  /** Number of a folder that is nothing but a season. */
  season: number | undefined;
  /** Folders whose common sidecars count for the files here. */
  shared: readonly SidecarFolder[];
}

export interface ShapeQuestion {
  path: string;
  root: string;
  libraryType: 'movies' | 'shows' | 'mixed';
  media: readonly FoundFile[];
  sidecars: SidecarFolder;
  folders: SidecarFolders;
}

/** What a folder is by its place and names, before any of its files is looked at. */
export function shapeOf({ path, root, libraryType, media, sidecars, folders }: ShapeQuestion): FolderShape {
  const season = path === root ? undefined : seasonOfFolder(basename(path));
  const showPath = libraryType === 'movies' ? undefined : showFolderOf(path, root);
  const isShow =
    showPath !== undefined && (libraryType === 'shows' || season !== undefined || sidecars.names.has('tvshow.nfo'));
  const show = isShow ? (showPath === path ? sidecars : folders.get(showPath)) : undefined;
  const ownsFilm = !show && path !== root && isOneTitle(media);
  const shared = show ? [...new Set([sidecars, show])] : ownsFilm ? [sidecars] : [];
  return { sidecars, ownsFilm, show, season, shared };
}

function isOneTitle(media: readonly FoundFile[]): boolean {
  if (media.length <= 1) return true;
  if (media.length > mostInFilmFolder) return false;
  const titles = media.map((file) => parseName(file.name)).filter((name) => name.extra === undefined);
  return new Set(titles.map((name) => fold(name.title))).size <= 1;
}
