import { readJson } from '../../kernel/database/database.ts';
import type { Queries } from '../../kernel/database/database.ts';
import { loadArtwork } from './artwork-store.ts';
import type { ArtworkRow } from './artwork-store.ts';
import { updateItems } from './item-updates.ts';
import type { ItemUpdate } from './item-updates.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';

/** Kinds of which a title shows one, and the column that says which. */
export const chosenKinds = {
  poster: 'poster_id',
  backdrop: 'backdrop_id',
  logo: 'logo_id',
  still: 'still_id',
} as const;
export type ChosenKind = keyof typeof chosenKinds;
const kinds = Object.keys(chosenKinds) as ChosenKind[];

/** A chosen picture as it is kept in the title's own row, so that lists need no further table. */
export interface KeptPicture {
  id: number;
  version: string;
  placeholder: string | null;
  width: number | null;
  height: number | null;
}
export type KeptPictures = Partial<Record<ChosenKind, KeptPicture>>;

type ChoiceRow = { id: number; locked: unknown; pictures: unknown } & Record<`${ChosenKind}_id`, number | null>;

/** Chooses a picture of each kind for items: the locked one, else the first; renews what their rows keep of it. */
export async function chooseArtwork(queries: Queries, itemIds: readonly number[]): Promise<void> {
  if (itemIds.length === 0) return;
  const items = inNumbers(queries.dialect, 'id', itemIds);
  const rows = await queries.all<ChoiceRow>(
    `select id, locked, pictures, poster_id, backdrop_id, logo_id, still_id from media_items where ${items.sql}`,
    items.parameters,
  );
  const artwork = await loadArtwork(queries, itemIds);
  await updateItems(
    queries,
    rows.flatMap((row) => changedChoice(row, artwork.get(row.id) ?? []) ?? []),
  );
}

function changedChoice(row: ChoiceRow, artwork: readonly ArtworkRow[]): ItemUpdate | undefined {
  const locked = readJson<string[]>(row.locked, []);
  const kept: KeptPictures = {};
  const update: ItemUpdate = { id: row.id };
  for (const kind of kinds) {
    const choices = artwork.filter((each) => each.kind === kind);
    const column = chosenKinds[kind];
    const present = locked.includes(`artwork.${kind}`) ? choices.find(({ id }) => id === row[column]) : undefined;
    const chosen = present ?? choices[0];
    update[column] = chosen?.id ?? null;
    if (chosen) kept[kind] = keptPicture(chosen);
  }
  update.pictures = JSON.stringify(kept);
  const unchanged =
    kinds.every((kind) => row[chosenKinds[kind]] === update[chosenKinds[kind]]) &&
    update.pictures === JSON.stringify(inOrder(readJson<KeptPictures>(row.pictures, {})));
  return unchanged ? undefined : update;
}

const keptPicture = ({ id, version, placeholder, width, height }: KeptPicture): KeptPicture => ({
  id,
  version,
  placeholder,
  width,
  height,
});

/** PostgreSQL gives the members of a JSON object in an order of its own. */
const inOrder = (pictures: KeptPictures): KeptPictures =>
  Object.fromEntries(kinds.flatMap((kind) => (pictures[kind] ? [[kind, keptPicture(pictures[kind])]] : [])));
