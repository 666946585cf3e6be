import { z } from 'zod';
import type { Conn } from '../context.ts';
import { defineContract, method, optional, type Check, type ContractInfo, type NoSettings } from '../contract.ts';
import type { Provider, ProviderData } from '../contract.ts';
import { MediaData, MediaType } from '../media.ts';
import type { Schema } from '../schema.ts';

/** A sidecar file: its path relative to the media file's folder, and its text. */
export interface SidecarFile {
  path: string;
  text: string;
}

/** One media file or folder with the sidecars that belong to it. */
export interface Subject {
  /** The media file's name, or the folder's for a show or season. */
  name: string;
  type: MediaType;
  files: SidecarFile[];
}

/** What the sidecars of one subject say. */
export interface Description {
  /** Absent when the files say nothing usable; `problem` says why. */
  data?: MediaData;
  /** Further episodes in the same file, in order. */
  more?: MediaData[];
  /** 0 to 1: how sure the source is. An exact id is 1. */
  confidence: number;
  /** For people: what is wrong with the files. */
  problem?: string;
}

/** What a source of local metadata answers. It gets text and gives data; it never touches the disk. */
export interface LocalMetadataMethods<C> {
  /** Reads many subjects at once: one description for each, in order. A broken file is a `problem`, never an error. */
  read(input: { subjects: Subject[] }, c: C): Promise<{ descriptions: Description[] }>;
  /** The sidecar files to write beside a title; `name` is the media file's, or the folder's. */
  write?(input: { name: string; data: MediaData }, c: C): Promise<{ files: SidecarFile[] }>;
}

/** Which files belong to a source of local metadata. */
export interface LocalMetadataFacts {
  /** File globs by what they describe, in order of preference: `{ movie: ['{stem}.nfo', 'movie.nfo'] }`. */
  files: Partial<Record<MediaType, string[]>>;
  /** Picture globs, `<type>.<artwork kind>`, in order of preference; season pictures use `{season}` (two digits). */
  pictures?: Record<string, string[]>;
}

const globs = z.array(z.string().min(1).max(300)).max(100);
const facts = z.object({
  files: z.partialRecord(MediaType, globs),
  pictures: z.record(z.string(), globs).optional(),
}) as unknown as z.ZodType<LocalMetadataFacts, LocalMetadataFacts>;

const File: z.ZodType<SidecarFile, SidecarFile> = z.object({ path: z.string(), text: z.string() });
const Subject: z.ZodType<Subject, Subject> = z.object({ name: z.string(), type: MediaType, files: z.array(File) });
const Description: z.ZodType<Description, Description> = z.object({
  data: MediaData.optional(),
  more: z.array(MediaData).optional(),
  confidence: z.number().min(0).max(1),
  problem: z.string().optional(),
});

const methods = {
  read: method(z.object({ subjects: z.array(Subject).max(500) }), z.object({ descriptions: z.array(Description) }), {
    deadlineMs: 30_000,
  }),
  write: optional(method(z.object({ name: z.string(), data: MediaData }), z.object({ files: z.array(File) }))),
};

/** The call of the `localMetadata` contract. */
export interface LocalMetadataContract extends ContractInfo<LocalMetadataFacts, typeof methods> {
  <S extends Schema = NoSettings, Client = undefined>(
    data: ProviderData<S, Client> & LocalMetadataFacts,
    methods: LocalMetadataMethods<Conn<S, Client>> & Check<Conn<S, Client>>,
  ): Provider;
}

/**
 * Metadata that lies beside the media: the host lists folders, matches the globs, reads the text (256 kB a file at the most) and
 * passes it; the plugin never touches the disk. Globs may use `{stem}` for the media file's name without its extension, braces
 * and `*`, case does not count. Pictures are never read by the plugin: the host finds and keeps them.
 *
 * @example
 * ```ts
 * import { definePlugin, localMetadata } from '@vitascope/sdk';
 * export default definePlugin({
 *   provides: [
 *     localMetadata(
 *       { kind: 'plain', name: 'Plain text', files: { movie: ['{stem}.txt'] } },
 *       {
 *         check: async () => {},
 *         read: async ({ subjects }) => ({
 *           descriptions: subjects.map(({ name, type, files }) => ({
 *             data: { type, title: name, overview: files[0]?.text },
 *             confidence: 0.5,
 *           })),
 *         }),
 *       },
 *     ),
 *   ],
 * });
 * ```
 */
export const localMetadata: LocalMetadataContract = defineContract(
  'localMetadata@1',
  facts,
  methods,
) satisfies ContractInfo<LocalMetadataFacts, typeof methods>;
