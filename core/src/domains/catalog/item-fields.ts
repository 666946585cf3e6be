import type { MediaData } from '@vitascope/sdk';
import { readJson } from '../../kernel/database/database.ts';
import type { Bindable } from '../../kernel/database/database.ts';
import type { MetadataSource, StoredType } from './catalog-entry.ts';
import { weakProviders } from './catalog-entry.ts';
import { foldTitle } from './fold.ts';
import { initialOf, sortKeyOf, sortTitleOf } from './sort-title.ts';
import { storable } from '../../kernel/database/sql-fragment.ts';

/** Fields of a title that live in its own row, and their columns. */
const columns = {
  title: 'title',
  originalTitle: 'original_title',
  sortTitle: 'sort_title',
  year: 'year',
  releaseDate: 'release_date',
  overview: 'overview',
  tagline: 'tagline',
  status: 'status',
  contentRating: 'content_rating',
  rating: 'rating',
  runtimeMs: 'runtime_ms',
  absoluteEpisode: 'absolute_number',
} as const;
export type ScalarField = keyof typeof columns;
const scalarFields = Object.keys(columns) as ScalarField[];

/** Fields that are lists in tables of their own. */
export const listFields = [
  'genres',
  'categories',
  'sources',
  'studios',
  'countries',
  'tags',
  'credits',
  'ids',
] as const;
export type ListField = (typeof listFields)[number];

export interface ItemRow {
  id: number;
  type: StoredType;
  parent_id: number | null;
  show_id: number | null;
  title: string;
  sort_title: string;
  original_title: string | null;
  year: number | null;
  release_date: string | null;
  overview: string;
  tagline: string;
  status: string;
  content_rating: string;
  rating: number | null;
  runtime_ms: number | null;
  season_number: number | null;
  episode_number: number | null;
  absolute_number: number | null;
  locked: unknown;
  provenance: unknown;
}
export const itemRowColumns =
  'id, type, parent_id, show_id, title, sort_title, original_title, year, release_date, overview, tagline, status, content_rating, rating, runtime_ms, season_number, episode_number, absolute_number, locked, provenance';

export type Provenance = Record<string, string>;

/** What merging sources into a title comes to. */
export interface MergedFields {
  /** Columns of `media_items` with their values after the merge. */
  columns: Record<string, Bindable>;
  /** Lists to store instead of those there are. */
  lists: Partial<Pick<MediaData, ListField>>;
  provenance: Provenance;
  changed: boolean;
  /** The searched texts changed. */
  textChanged: boolean;
}

const emptyTexts: ReadonlySet<ScalarField> = new Set(['overview', 'tagline', 'status', 'contentRating']);

/** Merges sources into a title: locked fields stay, weak sources fill gaps only, the first source that has a field gives it. */
export function mergeFields(
  current: ItemRow | undefined,
  sources: readonly MetadataSource[],
  fallbackTitle: string,
): MergedFields {
  const locked = new Set(readJson<string[]>(current?.locked, []));
  const provenance: Provenance = { ...readJson<Provenance>(current?.provenance, {}) };
  const merged: Record<string, Bindable> = {};
  for (const field of scalarFields) {
    const before = current?.[columns[field]];
    const found = locked.has(field) ? undefined : sources.find((source) => hasValue(source.data[field]));
    if (!found || (hasValue(before) && yields(found.provider, provenance[field]))) {
      merged[columns[field]] = before ?? (emptyTexts.has(field) ? '' : null);
      continue;
    }
    const value = found.data[field];
    merged[columns[field]] = typeof value === 'string' ? storable(value) : value;
    provenance[field] = found.provider;
  }
  derive(merged, provenance, fallbackTitle);
  const lists = mergeLists(locked, provenance, sources);
  const changedColumns = scalarFields.filter((field) => merged[columns[field]] !== (current?.[columns[field]] ?? null));
  return {
    columns: {
      ...merged,
      ...titleColumns(String(merged.title), String(merged.sort_title)),
      provenance: JSON.stringify(provenance),
    },
    lists,
    provenance,
    changed:
      !current ||
      changedColumns.some((field) => !(emptyTexts.has(field) && !merged[columns[field]] && !current[columns[field]])),
    textChanged:
      !current ||
      changedColumns.some((field) => field === 'title' || field === 'originalTitle' || field === 'overview'),
  };
}

/** Columns that follow from the two titles. */
export const titleColumns = (title: string, sortTitle: string): Record<string, Bindable> => ({
  folded_title: foldTitle(title),
  sort_key: sortKeyOf(sortTitle),
  initial: initialOf(sortTitle),
});

const hasValue = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** A source that only fills gaps gives way to any other. */
const yields = (provider: string, before: string | undefined): boolean =>
  weakProviders.has(provider) && before !== undefined && !weakProviders.has(before);

function derive(merged: Record<string, Bindable>, provenance: Provenance, fallbackTitle: string): void {
  if (!hasValue(merged.title)) merged.title = fallbackTitle;
  if (!provenance.sortTitle) merged.sort_title = sortTitleOf(String(merged.title));
  if (!hasValue(merged.year) && hasValue(merged.release_date))
    merged.year = Number(String(merged.release_date).slice(0, 4));
}

function mergeLists(
  locked: ReadonlySet<string>,
  provenance: Provenance,
  sources: readonly MetadataSource[],
): MergedFields['lists'] {
  const lists: Record<string, unknown> = {};
  for (const field of listFields) {
    if (locked.has(field)) continue;
    if (field === 'ids') {
      const ids = Object.assign({}, ...sources.map(({ data }) => data.ids ?? {}).reverse());
      if (Object.keys(ids).length > 0) lists.ids = ids;
      continue;
    }
    const found = sources.find(({ data }) => data[field] !== undefined);
    if (!found || yields(found.provider, provenance[field])) continue;
    lists[field] = found.data[field];
    provenance[field] = found.provider;
  }
  return lists as MergedFields['lists'];
}
