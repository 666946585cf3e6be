import { z } from 'zod';
import { defineContract, method, optional } from '../contract.ts';
import { MediaData, MediaType } from '../media.ts';

/** A sidecar file: its path relative to the media file's folder, and its text. */
const File = z.object({ path: z.string(), text: z.string() });

/** What one group of sidecars says about a media file or folder. */
const Subject = z.object({
  /** The media file's name, or the folder's for a show or season. */
  name: z.string(),
  type: MediaType,
  files: z.array(File),
});
/** `data` is absent when the files say nothing usable; `problem` says why, for people. */
const Description = z.object({
  data: MediaData.optional(),
  /** Further episodes in the same file, in order. */
  more: z.array(MediaData).optional(),
  /** 0 to 1: how sure the source is. An exact id is 1. */
  confidence: z.number().min(0).max(1),
  problem: z.string().optional(),
});

/**
 * Metadata that lies beside the media: the host lists folders, matches the globs, reads the text (256 kB a file at the most) and
 * passes it; the plugin never touches the disk. Globs may use `{stem}` for the media file's name without its extension, braces
 * and `*`, case does not count. Pictures are never read by the plugin: the host finds and keeps them.
 */
export const localMetadata = defineContract(
  'localMetadata@1',
  z.object({
    /** File globs by what they describe, e.g. `{ movie: ['{stem}.nfo', 'movie.nfo'], show: ['tvshow.nfo'] }`. */
    files: z.partialRecord(MediaType, z.array(z.string())),
    /** Picture globs, `<type>.<artwork kind>` → globs in order of preference; season pictures use `{season}` (two digits). */
    pictures: z.record(z.string(), z.array(z.string())).optional(),
  }),
  {
    /** Reads many at once: one answer for each subject, in order. */
    read: method(z.object({ subjects: z.array(Subject).max(500) }), z.object({ descriptions: z.array(Description) }), { deadlineMs: 30_000 }),
    /** The sidecar files to write beside a title. */
    write: optional(
      method(z.object({ name: z.string(), data: MediaData }), z.object({ files: z.array(z.object({ path: z.string(), text: z.string() })) })),
    ),
  },
);
