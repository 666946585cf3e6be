import type { ArtworkKind, MediaData } from '@vitascope/sdk';

export const storedTypes = ['movie', 'show', 'season', 'episode', 'game'] as const;
export type StoredType = (typeof storedTypes)[number];

/** What one source says about a title. */
export interface MetadataSource {
  /** `nfo`, `manual`, a connection's name, `name` for what was read from a file's name. Kept as provenance. */
  provider: string;
  data: MediaData;
}

/** Values from these fill gaps and never replace what another source said. */
export const weakProviders: ReadonlySet<string> = new Set(['name', 'file']);

/** A picture of a title and where its bytes are. */
export interface FoundPicture {
  kind: ArtworkKind;
  /** `file`: absolute path inside a root folder. `blob`: key in storage. `url`: on the internet. */
  source: 'file' | 'blob' | 'url';
  location: string;
  provider: string;
  language?: string;
  width?: number;
  height?: number;
  placeholder?: string;
  /** Changes when the bytes do, for example from size and modification time. */
  version?: string;
}

/** One title to store. */
export interface CatalogEntry {
  /** The item, where it is known. Otherwise found by external ids, then by title and year, else made. */
  itemId?: number;
  /** On seasons and episodes: the show they belong to. */
  showId?: number;
  /** Best first: a field comes from the first source that has it. */
  sources: readonly MetadataSource[];
  /** All pictures beside the files, in order of preference; absent: what is stored stays. Pictures in `sources` are added. */
  pictures?: readonly FoundPicture[];
  /** When the title came into the library; now unless told. */
  addedAt?: number;
  /** Never takes an existing item. */
  create?: boolean;
}

export interface AppliedEntry {
  itemId: number;
  created: boolean;
  changed: boolean;
}
