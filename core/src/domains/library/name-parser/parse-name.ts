/**
 * The name parser: what a release name, or a path within a library, says about the film or episode it holds.
 *
 * A name is read in passes, each in its own file, none of which looks back:
 *
 * 1. `path.ts` takes the path apart; `ids.ts`, `extras.ts` and `parts.ts` take id tags, suffixes of extras and stack numbers off.
 * 2. `tokens.ts` cuts each name into words and brackets. Words keep their positions, so titles are cut from the original text.
 * 3. `marks.ts` walks the words once and marks what each could mean: numbering (`episode-marks.ts`, `season-marks.ts`), dates,
 *    and phrases of the vocabulary (`vocabulary.ts`, `release-words.ts`, matched by `phrases.ts`).
 * 4. `layout.ts` decides by position which marks count. Strong ones always do; ordinary words ("Web", "German") only behind or beside
 *    them. The title ends where the first mark begins. `bare-numbers.ts` finds episodes that nothing but their place tells.
 * 5. `title.ts` and `release-group.ts` cut out the two names; `read-name.ts` collects one reading; this file joins it with those of
 *    the folders.
 *
 * Every regular expression sees one word, or a short gap between two, and names are cut at 2,000 characters: time grows linearly
 * with the input whatever it holds.
 */
import { extraFolder, takeExtraSuffix } from './extras.ts';
import { takeIds } from './ids.ts';
import type { NameIds } from './ids.ts';
import type { ParsedName } from './parsed-name.ts';
import { takePart } from './parts.ts';
import { readPath } from './path.ts';
import { readName } from './read-name.ts';
import type { NameReading } from './read-name.ts';
import { cleanTitle } from './text.ts';

export type { ParsedName } from './parsed-name.ts';

const SPECIALS = /^(?:specials?|extras? specials?|season[\s._]?0+|staffel[\s._]?0+)$/i;
const SERIES_FOLDER = /^series[\s._]+(\d{1,2})$/i;
const SCRAMBLED = /^(?=\S*\d)(?:[\da-f-]{16,}|[a-z\d_-]{24,})$/i;

interface Surroundings {
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
  return { title: '', after: '', bare: false, tagged: false, episodes: [], season };
}

function readFolder(folder: string): NameReading {
  if (SPECIALS.test(folder)) return emptyReading(0);
  const series = SERIES_FOLDER.exec(folder);
  return series ? emptyReading(Number(series[1])) : readName(folder, { inShowFolder: false });
}

/** Walks from the file upwards until a folder names the work. */
function readFolders(folders: string[]): Surroundings {
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

function titleKey(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

function isTelevision(reading: NameReading): boolean {
  return reading.episodes.length > 0 || reading.season !== undefined || reading.date !== undefined;
}

/** A file whose own name says nothing takes everything from a folder that is a release. */
function yieldsToFolder(file: NameReading, folder: NameReading, name: string): boolean {
  const says = isTelevision(file) && !file.bare;
  if (says || file.year !== undefined) return false;
  return (
    ((folder.tagged || folder.episodes.length > 0) && (!file.tagged || folder.year !== undefined)) ||
    SCRAMBLED.test(name)
  );
}

function chooseTitle(file: NameReading, around: Surroundings, name: string): string {
  const folder = around.work;
  if (!folder) return file.title;
  if (file.title === '' || around.seasonFolder) return folder.title;
  if (yieldsToFolder(file, folder, name)) return folder.title;
  const [own, above] = [titleKey(file.title), titleKey(folder.title)];
  if (own === above) return folder.title;
  if (isTelevision(file))
    return file.season === undefined && above !== '' && own.startsWith(above) ? folder.title : file.title;
  const oneWork = folder.year !== undefined && (file.year === undefined || file.year === folder.year);
  return oneWork || around.extra !== undefined ? folder.title : file.title;
}

/** "Title (Year) - label" in the folder "Title (Year)". */
function readVersion(name: string, around: Surroundings, television: boolean): string | undefined {
  const folder = around.workName;
  if (television || !folder || around.work?.tagged || !name.toLowerCase().startsWith(folder.toLowerCase()))
    return undefined;
  const label = /^\s+-\s+(.+)$|^\s+\[([^\]]+)\]$/.exec(name.slice(folder.length));
  return (label?.[1] ?? label?.[2])?.trim();
}

/** Fields a folder lends to a file that lacks them; numbering is not lent, and tags only by a release. */
function borrow(file: NameReading, folder: NameReading | undefined, replaced: boolean): Partial<NameReading> {
  if (!folder) return {};
  const {
    title: _title,
    after: _after,
    bare: _bare,
    tagged,
    episodes,
    episodeTitle: _own,
    absoluteEpisode,
    seasons: _seasons,
    year,
    date,
    ...tags
  } = folder;
  const lent = tagged || replaced ? tags : {};
  return {
    ...lent,
    ...(year !== undefined && { year }),
    ...(replaced && date !== undefined && { date }),
    ...(replaced && absoluteEpisode !== undefined && { absoluteEpisode }),
    ...(replaced && (file.episodes.length === 0 || episodes.length > 0) && { episodes }),
  };
}

/** Reads the file's own name in the light of its folders. */
function readFile(name: string, around: Surroundings): NameReading {
  const [own, above] = [titleKey(name), titleKey(around.work?.title ?? '')];
  return readName(name, {
    ...(around.season !== undefined && { season: around.season }),
    inShowFolder: above !== '' && own.startsWith(above),
    isFolderTitle: own === above && around.season === undefined,
  });
}

interface Joined {
  reading: NameReading;
  /** The folder's season counts for the file. */
  inSeason: boolean;
}

function join(own: NameReading, around: Surroundings, name: string): Joined {
  const replaced = around.work !== undefined && yieldsToFolder(own, around.work, name);
  const lent = borrow(own, around.work, replaced);
  const reading = replaced ? { ...own, ...lent, title: own.title } : { ...lent, ...own };
  const inSeason = around.season !== undefined && !replaced;
  // A number found by its place counts within the season its folder tells.
  if (inSeason && own.bare) delete reading.absoluteEpisode;
  if (inSeason || (around.season !== undefined && isTelevision(reading))) reading.season ??= around.season!;
  return { reading, inSeason };
}

/**
 * Reads a release name, or a path with slashes of either kind.
 * Never fails: what cannot be read becomes the title.
 */
export function parseName(input: string): ParsedName {
  const { file, folders, hasExtension } = readPath(input);
  const around = readFolders(folders);
  const { ids, edition, rest: untagged } = takeIds(file);
  const { extra: suffixExtra, rest: plain } = takeExtraSuffix(untagged.trim());
  const { part, rest: name } = takePart(plain.trim());
  const own = readFile(name, around);
  const { reading, inSeason } = join(own, around, name);
  const television = isTelevision(reading) || reading.seasons !== undefined || inSeason;
  const title = chooseTitle(own, around, name) || own.after || cleanTitle(name) || name.trim() || input.trim() || input;
  const isNumbered = own.season !== undefined && own.episodes.length > 0;
  const extra = suffixExtra ?? (isNumbered ? undefined : around.extra);
  const version = readVersion(name, around, television);
  const known = reading.year !== undefined || reading.tagged || hasExtension;
  const { after, bare: _bare, tagged: _tagged, ...fields } = reading;
  return {
    ...fields,
    title,
    ...(edition !== undefined && { edition }),
    ...(television && own.after === after && after !== '' && after !== title && { episodeTitle: after }),
    ...((television || known) && { type: television ? 'episode' : 'movie' }),
    ids: { ...around.ids, ...ids },
    ...(part !== undefined && { part }),
    ...(extra !== undefined && { extra }),
    ...(version !== undefined && { version }),
  };
}
