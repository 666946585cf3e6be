import { isDeepStrictEqual } from 'node:util';
import type { MediaData } from '@vitascope/sdk';
import type { MetadataSource } from '../catalog/catalog-entry.ts';

/** Fields that say what the title is rather than something about it. */
const identity = new Set<string>(['type', 'season', 'episode']);

/** What all sources say together: each field from the first that has it; ids of all. */
export function joinSources(sources: readonly MetadataSource[]): MediaData {
  const joined: MediaData = Object.assign({}, ...sources.map(({ data }) => data).toReversed());
  const ids: Record<string, string> = Object.assign({}, ...sources.map(({ data }) => data.ids ?? {}).toReversed());
  return Object.keys(ids).length > 0 ? { ...joined, ids } : joined;
}

/** Whoever changed a field on the way: which plugin it was, the hook does not say. */
export const changedByPlugins = 'plugins';

/** Takes a merged description that plugins changed apart again, so that every field keeps the source it came from. */
export function attribute(sources: readonly MetadataSource[], before: MediaData, after: MediaData): MetadataSource[] {
  const changed: Partial<MediaData> = Object.fromEntries(
    Object.entries(after).filter(
      ([field, value]) => !identity.has(field) && !isDeepStrictEqual(value, before[field as keyof MediaData]),
    ),
  );
  const gone = Object.keys(before).filter((field) => !identity.has(field) && !(field in after) && field !== 'title');
  const settled = new Set([...Object.keys(changed), ...gone]);
  if (settled.size === 0) return [...sources];
  const kept = sources.map(({ provider, data }) => ({ provider, data: without(data, settled) }));
  if (Object.keys(changed).length === 0) return kept;
  const own: MetadataSource = {
    provider: changedByPlugins,
    data: { ...changed, type: before.type, title: changed.title ?? '' },
  };
  return changed.title === undefined ? [...kept, own] : [own, ...kept];
}

/** A description without some of its fields; the title becomes empty, which says nothing. */
export function without(data: MediaData, fields: ReadonlySet<string>): MediaData {
  const rest = Object.fromEntries(Object.entries(data).filter(([field]) => !fields.has(field)));
  return { ...rest, type: data.type, title: fields.has('title') ? '' : data.title };
}
