/**
 * The name parser: what a release name, or a path within a library, says about the film or episode it holds.
 *
 * A name is read in passes, each in its own file, none of which looks back:
 *
 * 1. `path.ts` takes the path apart; `ids.ts`, `extras.ts` and `parts.ts` take id tags, suffixes of extras and stack numbers off.
 * 2. `tokens.ts` cuts each name into words and brackets. Words keep their positions, so titles are cut from the original text.
 * 3. `marks.ts` walks the words once and marks what each could mean: numbering (`episode-marks.ts`, `season-marks.ts`), days
 *    (`dates.ts`), and phrases of the vocabulary (`vocabulary.ts`, `release-words.ts`, matched by `phrases.ts`).
 * 4. `layout.ts` decides by position which marks count (`heading.ts`, `years.ts`, `acceptance.ts`). Strong ones always do; ordinary
 *    words ("Web", "German") only behind or beside them. The title ends where the first mark begins. Episodes that nothing but their
 *    place tells are found by `bare-numbers.ts`, whose rules are the table in `number-rules.ts`.
 * 5. `title.ts` and `release-group.ts` cut out the two names, and `read-name.ts` collects one reading from them,
 *    `numbers.ts` and `release-facts.ts`.
 * 6. `surroundings.ts` reads the folders the same way; this file joins their readings with that of the file. `version-label.ts` spells
 *    what is left to tell versions apart.
 *
 * To teach it a word, add it to a vocabulary; to teach it a place, add a rule. Regular expressions see one word, or a short gap
 * between two, and names are cut at 2,000 characters: time grows linearly with the input whatever it holds.
 */
import { takeExtraSuffix } from './extras.ts';
import { takeIds } from './ids.ts';
import type { ParsedName } from './parsed-name.ts';
import { takePart } from './parts.ts';
import { LONGEST_NAME, readPath } from './path.ts';
import { readName } from './read-name.ts';
import type { NameReading } from './read-name.ts';
import { readFolders, titleKey } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';
import { cleanTitle } from './text.ts';
import { spellEditions } from './version-label.ts';

export type { ParsedName } from './parsed-name.ts';

const SCRAMBLED = /^(?=\S*\d)(?:[\da-f-]{16,}|[a-z\d_-]{24,})$/i;

function isTelevision(reading: NameReading): boolean {
  const { episodes, season, seasons, date, wholeSeries } = reading;
  return episodes.length > 0 || season !== undefined || seasons !== undefined || date !== undefined || wholeSeries;
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
  const text = (label?.[1] ?? label?.[2])?.trim();
  return text && spellEditions(text);
}

/** What the name of a release says of all its files. */
const OF_RELEASE = [
  'season',
  'resolution',
  'source',
  'videoCodec',
  'audioCodec',
  'hdr',
  'threeD',
  'releaseGroup',
  'edition',
  'languages',
  'country',
  'service',
  'revision',
] as const satisfies readonly (keyof NameReading)[];

/** What a folder says of files that do not say it themselves; `tagged` folders are releases. */
function lend(folder: NameReading): Partial<NameReading> {
  const { year, tagged } = folder;
  const lent: Partial<NameReading> = year === undefined ? {} : { year };
  const release = tagged ? OF_RELEASE.flatMap((key) => (folder[key] === undefined ? [] : [[key, folder[key]]])) : [];
  return Object.assign(lent, Object.fromEntries(release));
}

/** A release's folder speaks for a file whose own name says nothing; a number read in such a name is none. */
function replace(file: NameReading, folder: NameReading): NameReading {
  const { absoluteEpisode: _number, ...own } = file;
  const keepsNumber = folder.episodes.length === 0 && isTelevision(folder);
  return { ...own, ...folder, title: own.title, ...(keepsNumber && { episodes: own.episodes }) };
}

/** Reads the file's own name in the light of its folders. */
function readFile(name: string, around: Surroundings): NameReading {
  const season = around.season === undefined ? {} : { season: around.season };
  if (!around.work) return readName(name, { ...season, inShowFolder: false });
  const [own, above] = [titleKey(name), titleKey(around.work.title)];
  return readName(name, {
    ...season,
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
  const reading = replaced ? replace(own, around.work!) : { ...(around.work && lend(around.work)), ...own };
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
  const television = isTelevision(reading) || inSeason;
  const title =
    chooseTitle(own, around, name) ||
    own.after ||
    cleanTitle(name) ||
    name.trim() ||
    (input.trim() || input).slice(0, LONGEST_NAME);
  const isNumbered = own.season !== undefined && own.episodes.length > 0;
  const extra = suffixExtra ?? (isNumbered ? undefined : around.extra);
  const version = readVersion(name, around, television);
  const known = reading.year !== undefined || reading.tagged || hasExtension;
  const { after, bare: _bare, tagged: _tagged, wholeSeries: _whole, ...fields } = reading;
  return {
    ...fields,
    title,
    ...(edition !== undefined && { edition: spellEditions(edition) }),
    ...(television && own.after === after && after !== '' && after !== title && { episodeTitle: after }),
    ...((television || known) && { type: television ? 'episode' : 'movie' }),
    ids: { ...around.ids, ...ids },
    ...(part !== undefined && { part }),
    ...(extra !== undefined && { extra }),
    ...(version !== undefined && { version }),
  };
}
