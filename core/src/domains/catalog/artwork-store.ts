import type { Queries } from '../../kernel/database/database.ts';
import type { FoundPicture, MetadataSource } from './catalog-entry.ts';
import { inNumbers, storable } from '../../kernel/database/sql-fragment.ts';

/** The pictures that are known of an item now. */
export interface ItemPictures {
  itemId: number;
  isNew: boolean;
  /** Beside its files; undefined leaves the stored ones. */
  files: readonly FoundPicture[] | undefined;
  sources: readonly MetadataSource[];
}

export interface ArtworkRow {
  id: number;
  item_id: number;
  kind: string;
  source: 'file' | 'blob' | 'url';
  location: string;
  provider: string;
  language: string | null;
  width: number | null;
  height: number | null;
  placeholder: string | null;
  version: string;
  locked: unknown;
  position: number;
}
const artworkColumns =
  'id, item_id, kind, source, location, provider, language, width, height, placeholder, version, locked, position';

/** Pictures of other sources come after those beside the files. */
const remotePosition = 1000;

/** Stores which pictures there are; says of which items they changed. What is chosen among them is `chooseArtwork`'s business. */
export async function storeArtwork(
  queries: Queries,
  items: readonly ItemPictures[],
  now: number,
): Promise<Set<number>> {
  const existing = await loadArtwork(
    queries,
    items.filter(({ isNew }) => !isNew).map(({ itemId }) => itemId),
  );
  const changed = new Set<number>();
  const added: Record<string, string | number | null>[] = [];
  for (const item of items) {
    const before = existing.get(item.itemId) ?? [];
    const wanted = wantedPictures(item);
    const places = new Map(before.map((row) => [placeOf(row), row]));
    for (const [position, picture] of wanted) {
      const row = places.get(placeOf(picture));
      places.delete(placeOf(picture));
      if (!row) added.push(newRow(item.itemId, picture, position, now));
      else if (await renew(queries, row, picture, position)) changed.add(item.itemId);
      if (!row) changed.add(item.itemId);
    }
    const gone = [...places.values()].filter((row) => !row.locked && isReplaced(row, item)).map(({ id }) => id);
    if (gone.length === 0) continue;
    const condition = inNumbers(queries.dialect, 'id', gone);
    await queries.run(`delete from artwork where ${condition.sql}`, condition.parameters);
    changed.add(item.itemId);
  }
  await queries.insert('artwork', added);
  return changed;
}

const placeOf = ({ kind, source, location }: Pick<FoundPicture, 'kind' | 'source' | 'location'> | ArtworkRow): string =>
  `${kind} ${source} ${location}`;

function wantedPictures({ files, sources }: ItemPictures): [number, FoundPicture][] {
  const remote = sources.flatMap(({ provider, data }) =>
    (data.artwork ?? []).flatMap(({ kind, url, width, height, language, season }): FoundPicture[] =>
      url && season === undefined
        ? [
            {
              kind,
              source: 'url',
              location: url,
              provider,
              ...(width && height && { width, height }),
              ...(language && { language }),
            },
          ]
        : [],
    ),
  );
  const all: [number, FoundPicture][] = [
    ...(files ?? []).map((picture, index): [number, FoundPicture] => [index, picture]),
    ...remote.map((picture, index): [number, FoundPicture] => [remotePosition + index, picture]),
  ];
  return [...new Map(all.toReversed().map((entry) => [placeOf(entry[1]), entry])).values()].reverse();
}

const isReplaced = (row: ArtworkRow, { files, sources }: ItemPictures): boolean =>
  row.source === 'file'
    ? files !== undefined
    : row.source === 'url' &&
      sources.some(({ provider, data }) => provider === row.provider && data.artwork !== undefined);

const newRow = (
  itemId: number,
  picture: FoundPicture,
  position: number,
  now: number,
): Record<string, string | number | null> => ({
  item_id: itemId,
  kind: picture.kind,
  source: picture.source,
  location: storable(picture.location),
  provider: picture.provider,
  language: picture.language ?? null,
  width: picture.width ?? null,
  height: picture.height ?? null,
  placeholder: picture.placeholder ?? null,
  version: picture.version ?? '1',
  position,
  created_at: now,
});

async function renew(queries: Queries, row: ArtworkRow, picture: FoundPicture, position: number): Promise<boolean> {
  const version = picture.version ?? row.version;
  if (version === row.version && position === row.position) return false;
  const same = version === row.version;
  await queries.run(
    'update artwork set version = ?, position = ?, width = ?, height = ?, placeholder = ? where id = ?',
    [
      version,
      position,
      picture.width ?? (same ? row.width : null),
      picture.height ?? (same ? row.height : null),
      picture.placeholder ?? (same ? row.placeholder : null),
      row.id,
    ],
  );
  return true;
}

/** Pictures by item, in order of preference. */
export async function loadArtwork(queries: Queries, itemIds: readonly number[]): Promise<Map<number, ArtworkRow[]>> {
  if (itemIds.length === 0) return new Map();
  const items = inNumbers(queries.dialect, 'item_id', itemIds);
  const rows = await queries.all<ArtworkRow>(
    `select ${artworkColumns} from artwork where ${items.sql} order by item_id, kind, position, id`,
    items.parameters,
  );
  return Map.groupBy(rows, (row) => row.item_id);
}
