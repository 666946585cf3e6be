import type { ExternalIds } from '@vitascope/sdk';
import { AppError } from '../../kernel/errors.ts';
import type { Queries } from '../../kernel/database/database.ts';
import type { CatalogEntry, StoredType } from './catalog-entry.ts';
import { storedTypes } from './catalog-entry.ts';
import { foldTitle } from './fold.ts';
import { findByExternalIds, findByTitles, findNumbered, numberedKey } from './item-finder.ts';
import type { FoundItem } from './item-finder.ts';
import type { PlannedItem } from './item-store.ts';

/** Which titles a batch of entries is about, and for each entry the place of its title in `plans`. */
export interface BatchPlan {
  plans: PlannedItem[];
  placeOf: number[];
}

/** Finds the titles of entries: by item, number within a show, external ids, title and year; the same one once. */
export async function planBatch(queries: Queries, entries: readonly CatalogEntry[], now: number): Promise<BatchPlan> {
  const known = await findKnown(queries, entries);
  const plans: PlannedItem[] = [];
  const places = new Map<string, number>();
  const namesakes = new Map<string, number[]>();
  const placeOf = entries.map((entry) => {
    const id = known.find(entry);
    const about = head(entry);
    const keys = id === undefined ? keysOf(about, entry) : [`item:${id}`];
    const titled = namesakes.get(titleKey(about)) ?? [];
    const place = entry.create
      ? undefined
      : (keys.map((key) => places.get(key)).find((each) => each !== undefined) ??
        (id === undefined && !isNumbered(about)
          ? titled.find((each) => agree(idsOf(plans[each]!.sources), about.ids))
          : undefined));
    const at = place ?? plans.push(planOf(entry, about, id, now)) - 1;
    if (place !== undefined) join(plans[at]!, entry);
    else namesakes.set(titleKey(about), [...titled, at]);
    for (const key of keys) places.set(key, at);
    return at;
  });
  return { plans, placeOf };
}

function planOf(
  entry: CatalogEntry,
  { type, season, episode }: Head,
  id: number | undefined,
  now: number,
): PlannedItem {
  return {
    id,
    type,
    showId: entry.showId ?? null,
    parentId: type === 'season' ? (entry.showId ?? null) : null,
    season: season ?? null,
    episode: type === 'episode' ? (episode ?? null) : null,
    sources: [...entry.sources],
    pictures: entry.pictures,
    addedAt: entry.addedAt ?? now,
  };
}

function join(plan: PlannedItem, entry: CatalogEntry): void {
  plan.sources.push(...entry.sources);
  if (entry.pictures) plan.pictures = [...(plan.pictures ?? []), ...entry.pictures];
  if (entry.addedAt !== undefined) plan.addedAt = Math.min(plan.addedAt, entry.addedAt);
}

interface Head {
  type: StoredType;
  title: string;
  year: number | undefined;
  season: number | undefined;
  episode: number | undefined;
  ids: ExternalIds;
}

/** What identifies an entry, from its best source. */
function head(entry: CatalogEntry): Head {
  const data = entry.sources.map((source) => source.data);
  const first = data[0];
  if (!first) throw new AppError('bad_request', 'A catalogue entry needs at least one source.');
  const type = storedTypes.find((each) => each === first.type);
  if (!type) throw new AppError('bad_request', `A ${first.type} is no title of the catalogue.`);
  const season = data.find((each) => each.season !== undefined)?.season;
  const episode = data.find((each) => each.episode !== undefined)?.episode;
  const numbered = type === 'season' || type === 'episode';
  if (
    numbered &&
    entry.itemId === undefined &&
    (entry.showId === undefined || season === undefined || (type === 'episode' && episode === undefined))
  ) {
    throw new AppError('bad_request', `The ${type} "${first.title}" needs its show and its number.`);
  }
  return {
    type,
    title: first.title,
    year: data.find((each) => each.year !== undefined)?.year,
    season,
    episode,
    ids: idsOf(entry.sources),
  };
}

const isNumbered = ({ type }: Head): boolean => type === 'season' || type === 'episode';
const idsOf = (sources: CatalogEntry['sources']): ExternalIds =>
  Object.assign({}, ...sources.map(({ data }) => data.ids ?? {}).reverse());
const titleKey = ({ type, title, year }: Head): string => `${type}:${foldTitle(title)}:${year ?? ''}`;

const idKeys = ({ type, ids }: Head): string[] =>
  Object.entries(ids).flatMap(([provider, value]) => (value ? [`id:${type}:${provider}:${value}`] : []));

/** Keys under which another entry of the same batch is the same title whatever else it says. */
const keysOf = (about: Head, entry: CatalogEntry): string[] =>
  isNumbered(about) ? [`${about.type}:${numberedKey(entry.showId!, about.season!, about.episode)}`] : idKeys(about);

interface Known {
  find(entry: CatalogEntry): number | undefined;
}

async function findKnown(queries: Queries, entries: readonly CatalogEntry[]): Promise<Known> {
  const heads = new Map(entries.map((entry) => [entry, head(entry)]));
  const open = entries.filter(({ itemId, create }) => itemId === undefined && !create);
  const byType = Map.groupBy(open, (entry) => heads.get(entry)!.type);
  const ids = new Map<string, number>();
  const numbered = new Map<string, number>();
  let titles: FoundItem[] = [];
  for (const [type, some] of byType) {
    if (type === 'season' || type === 'episode') {
      for (const [key, id] of await findNumbered(
        queries,
        type,
        some.map(({ showId }) => showId!),
      ))
        numbered.set(`${type}:${key}`, id);
      continue;
    }
    const found = await findByExternalIds(
      queries,
      type,
      some.map((entry) => heads.get(entry)!.ids),
    );
    for (const [key, id] of found) ids.set(`id:${type}:${key}`, id);
    titles = titles.concat(
      await findByTitles(
        queries,
        some.map((entry) => heads.get(entry)!),
      ),
    );
  }
  const byTitle = Map.groupBy(titles, (item) => `${item.type}:${item.foldedTitle}:${item.year ?? ''}`);
  return {
    find(entry) {
      if (entry.itemId !== undefined) return entry.itemId;
      const about = heads.get(entry)!;
      if (isNumbered(about)) {
        return numbered.get(`${about.type}:${numberedKey(entry.showId!, about.season!, about.episode)}`);
      }
      const byId = idKeys(about)
        .map((key) => ids.get(key))
        .find((id) => id !== undefined);
      if (byId !== undefined) return byId;
      const namesakes = byTitle.get(titleKey(about)) ?? [];
      return namesakes.find((item) => agree(item.ids, about.ids))?.id;
    },
  };
}

/** No service has two ids for them. */
const agree = (some: ExternalIds, others: ExternalIds): boolean =>
  Object.entries(others).every(([provider, value]) => (some[provider] ?? value) === value);
