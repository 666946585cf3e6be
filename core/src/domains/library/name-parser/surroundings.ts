import { extraFolder } from './extras.ts';
import { takeIds } from './ids.ts';
import type { NameIds } from './ids.ts';
import { readName } from './read-name.ts';
import type { NameReading } from './read-name.ts';

const SPECIALS = /^(?:specials?|extras? specials?|season[\s._]?0+|staffel[\s._]?0+)$/i;
const SERIES_FOLDER = /^series[\s._]+(\d{1,2})$/i;

/** What the folders above a file say of it. */
export interface Surroundings {
  ids: NameIds;
  extra?: string;
  season?: number;
  /** Whether a folder is nothing but a season, so that the one above it is the show's. */
  seasonFolder: boolean;
  /** The nearest folder that names a work. */
  work?: NameReading;
  workName?: string;
}

function emptyReading(season: number): NameReading {
  return { title: '', after: '', bare: false, tagged: false, wholeSeries: false, episodes: [], season };
}

function readFolder(folder: string): NameReading {
  if (SPECIALS.test(folder)) return emptyReading(0);
  const series = SERIES_FOLDER.exec(folder);
  return series ? emptyReading(Number(series[1])) : readName(folder, { inShowFolder: false });
}

/** Walks from the file upwards until a folder names the work. */
export function readFolders(folders: string[]): Surroundings {
  const found: Surroundings = { ids: {}, seasonFolder: false };
  for (const [depth, folder] of folders.entries()) {
    const { ids, rest } = takeIds(folder);
    if (found.work) {
      adoptParent(found, ids, readFolder(rest.trim()));
      break;
    }
    found.ids = { ...ids, ...found.ids };
    const extra = depth === 0 ? extraFolder(rest.trim()) : undefined;
    if (extra !== undefined) {
      found.extra = extra;
      continue;
    }
    const reading = readFolder(rest.trim());
    if (reading.season !== undefined && reading.episodes.length === 0) found.season ??= reading.season;
    if (reading.title === '') {
      found.seasonFolder ||= reading.season !== undefined;
      continue;
    }
    found.work = reading;
    found.workName = rest.trim();
  }
  return found;
}

/** "Show (2021)/Show.S01.1080p/": the folder above a release names the same work, and better. */
function adoptParent(found: Surroundings, ids: NameIds, parent: NameReading): void {
  const work = found.work!;
  if (parent.title === '' || titleKey(parent.title) !== titleKey(work.title)) return;
  const year = work.year ?? parent.year;
  found.work = { ...work, title: parent.title, ...(year !== undefined && { year }) };
  found.ids = { ...ids, ...found.ids };
}

/** A title for comparing: letters and digits only, without case and accents. */
export function titleKey(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}
