import { hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ArtworkKind } from '@vitascope/sdk';
import { decodeText } from '../../../kernel/decode-text.ts';
import type { FoundPicture } from '../../catalog/catalog-entry.ts';
import { isSidecar, isSubtitle, stemOf, subtitleCodec } from './file-kinds.ts';
import type { LocalSource, LocalSubject } from './scan-types.ts';
import { compileGlobs, matchGlobs, type GlobVariables, type SidecarGlob } from './sidecar-globs.ts';
import { readSubtitleName, type SubtitleFacts } from './subtitle-name.ts';
import type { FoundFile, FoundFolder } from './walk.ts';

/** The sidecars of one folder, ready for look-ups. Names are in lower case unless told. */
export interface SidecarFolder {
  path: string;
  files: ReadonlyMap<string, FoundFile>;
  /** Lower-case name → name on disk, for the globs. */
  names: ReadonlyMap<string, string>;
  /** Sidecars that begin with the stem of a media file here, by stem. */
  owned: ReadonlyMap<string, readonly FoundFile[]>;
  /** What the others look like: changes when one of them does. */
  sharedText: string;
}

export interface CompiledSource {
  source: LocalSource;
  files: ReadonlyMap<string, SidecarGlob>;
  pictures: readonly { type: string; kind: ArtworkKind; glob: SidecarGlob }[];
}

export interface ExternalSubtitle {
  file: FoundFile;
  facts: SubtitleFacts;
  /** ffmpeg's name: `subrip`, `dvd_subtitle`, … */
  codec: string;
}

const largestText = 256 * 1024;

export const compileSources = (sources: readonly LocalSource[]): CompiledSource[] =>
  sources.map((source) => ({
    source,
    files: new Map(Object.entries(source.files).map(([type, globs]) => [type, compileGlobs(globs ?? [])])),
    pictures: Object.entries(source.pictures).map(([key, globs]) => {
      const [type = '', kind = ''] = key.split('.');
      return { type, kind: kind as ArtworkKind, glob: compileGlobs(globs) };
    }),
  }));

export function sidecarFolder(
  path: string,
  sidecars: readonly FoundFile[],
  media: readonly FoundFile[],
): SidecarFolder {
  const stems = new Set(media.map((file) => stemOf(file.name).toLowerCase()));
  const owned = new Map<string, FoundFile[]>();
  let sharedText = '';
  for (const file of sidecars) {
    const stem = owningStem(file.name.toLowerCase(), stems);
    if (stem === undefined) sharedText += lookOf(file);
    else owned.set(stem, [...(owned.get(stem) ?? []), file]);
  }
  return {
    path,
    files: new Map(sidecars.map((file) => [file.name.toLowerCase(), file])),
    names: new Map(sidecars.map((file) => [file.name.toLowerCase(), file.name])),
    owned,
    sharedText,
  };
}

/** The longest stem that a sidecar's name begins with, up to a dot or a dash. */
function owningStem(name: string, stems: ReadonlySet<string>): string | undefined {
  for (let end = name.length - 1; end > 0; end--) {
    const sign = name[end];
    if ((sign === '.' || sign === '-') && stems.has(name.slice(0, end))) return name.slice(0, end);
  }
  return undefined;
}

const lookOf = (file: FoundFile): string => `${file.name}:${file.size}:${file.modifiedAt};`;

/** Folders are asked for again and again: a show's by each of its seasons. Those outside the walk are read when needed. */
export class SidecarFolders {
  readonly #known = new Map<string, SidecarFolder>();

  add(folder: FoundFolder): SidecarFolder {
    const made = sidecarFolder(folder.path, folder.sidecars, folder.media);
    this.#known.set(folder.path, made);
    return made;
  }

  get(path: string): SidecarFolder {
    const known = this.#known.get(path);
    if (known) return known;
    const made = sidecarFolder(path, listSidecars(path), []);
    this.#known.set(path, made);
    return made;
  }
}

function listSidecars(path: string): FoundFile[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isSidecar(entry.name))
    .map((entry) => {
      const full = join(path, entry.name);
      const { size, mtimeMs } = statSync(full);
      return { name: entry.name, path: full, size, modifiedAt: Math.trunc(mtimeMs) };
    });
}

/** Changes when a sidecar of the file does: its own, and with `shared` folders those that are nobody's own there. */
export function signatureOf(mediaName: string, folder: SidecarFolder, shared: readonly SidecarFolder[]): string {
  const own = folder.owned.get(stemOf(mediaName).toLowerCase()) ?? [];
  const text = own.map(lookOf).join('') + shared.map((each) => each.sharedText).join('|');
  return text === '' ? '' : hash('sha1', text, 'base64url');
}

export interface PictureQuestion {
  type: 'movie' | 'show' | 'season' | 'episode';
  folder: SidecarFolder;
  variables: GlobVariables;
  /** Pictures that do not carry the stem belong to the file too. */
  shared: boolean;
}

/** Pictures beside the media, in the order the sources prefer them. */
export function findPictures(sources: readonly CompiledSource[], question: PictureQuestion): FoundPicture[] {
  const { type, folder, variables, shared } = question;
  const found: FoundPicture[] = [];
  for (const { source, pictures } of sources) {
    for (const { kind, glob } of pictures.filter((entry) => entry.type === type)) {
      for (const name of matchGlobs(shared ? glob : ownGlob(glob), folder.names, variables)) {
        const file = folder.files.get(name.toLowerCase());
        if (file) found.push(pictureOf(file, kind, source.name));
      }
    }
  }
  return found;
}

const ownGlobs = new WeakMap<SidecarGlob, SidecarGlob>();

/** Only those that carry the stem or the season's number. */
function ownGlob(glob: SidecarGlob): SidecarGlob {
  const kept = ownGlobs.get(glob);
  if (kept) return kept;
  const own = (name: string): boolean => name.includes('{stem}') || name.includes('{season}');
  const made = { names: glob.names.filter(own), patterns: glob.patterns.filter(own) };
  ownGlobs.set(glob, made);
  return made;
}

const pictureOf = (file: FoundFile, kind: ArtworkKind, provider: string): FoundPicture => ({
  kind,
  source: 'file',
  location: file.path,
  provider,
  version: `${file.size.toString(36)}-${file.modifiedAt.toString(36)}`,
});

/** The texts a source wants to read about something; undefined when none is there. */
export function subjectFor(
  source: CompiledSource,
  question: PictureQuestion & { name: string },
): LocalSubject | undefined {
  const { type, folder, variables, shared, name } = question;
  const glob = source.files.get(type);
  if (!glob) return undefined;
  const names = matchGlobs(shared ? glob : ownGlob(glob), folder.names, variables);
  const files = names.flatMap((file) => {
    const found = folder.files.get(file.toLowerCase());
    const text = found && readText(found);
    return text === undefined ? [] : [{ path: file, text }];
  });
  return files.length > 0 ? { name, type, files } : undefined;
}

/** A sidecar that vanished or cannot be read says nothing; megabytes of it are cut. */
function readText(file: FoundFile): string | undefined {
  try {
    const bytes = readFileSync(file.path);
    const cut = bytes.length > largestText;
    return decodeText(bytes.subarray(0, largestText), { declared: declaredIn(bytes), cut });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

/** The encoding that an XML declaration names. */
const declaredIn = (bytes: Buffer): string | undefined =>
  /^\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(bytes.toString('latin1', 0, 300))?.[1];

export function findSubtitles(folder: SidecarFolder, mediaName: string): ExternalSubtitle[] {
  const stem = stemOf(mediaName);
  return (folder.owned.get(stem.toLowerCase()) ?? []).flatMap((file) => {
    const facts = isSubtitle(file.name) ? readSubtitleName(file.name, stem) : undefined;
    return facts ? [{ file, facts, codec: subtitleCodec(file.name, folder.files) }] : [];
  });
}

const seasonFolder = /^(?:season|staffel|saison|stagione|temporada|seizoen|sezon|series|s)[\s._-]*(\d{1,4})(?:\b.*)?$/i;
const specialsFolder = /^(?:specials?|extras? specials?)$/i;

/** The number of a folder that is nothing but a season. */
export function seasonOfFolder(name: string): number | undefined {
  if (specialsFolder.test(name)) return 0;
  const match = seasonFolder.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** The folder of a show, above its seasons; undefined when the file lies in the root itself. */
export function showFolderOf(fileFolder: string, root: string): string | undefined {
  let folder = fileFolder;
  while (folder !== root && seasonOfFolder(basename(folder)) !== undefined) folder = dirname(folder);
  return folder === root ? undefined : folder;
}
