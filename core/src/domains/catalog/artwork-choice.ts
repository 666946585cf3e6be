import { readJson } from '../../kernel/database/database.ts';
import type { Bindable, Queries } from '../../kernel/database/database.ts';
import { loadArtwork } from './artwork-store.ts';
import type { ArtworkRow } from './artwork-store.ts';
import { inNumbers } from './value-list.ts';

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
  for (const row of rows) await keepChoice(queries, row, artwork.get(row.id) ?? []);
}

async function keepChoice(queries: Queries, row: ChoiceRow, artwork: readonly ArtworkRow[]): Promise<void> {
  const locked = readJson<string[]>(row.locked, []);
  const kept: KeptPictures = {};
  const ids: Bindable[] = [];
  for (const kind of kinds) {
    const choices = artwork.filter((each) => each.kind === kind);
    const present = locked.includes(`artwork.${kind}`)
      ? choices.find(({ id }) => id === row[chosenKinds[kind]])
      : undefined;
    const chosen = present ?? choices[0];
    ids.push(chosen?.id ?? null);
    if (chosen) kept[kind] = keptPicture(chosen);
  }
  const unchanged =
    kinds.every((kind, index) => row[chosenKinds[kind]] === ids[index]) &&
    JSON.stringify(kept) === JSON.stringify(inOrder(readJson<KeptPictures>(row.pictures, {})));
  if (unchanged) return;
  await queries.run(
    'update media_items set poster_id = ?, backdrop_id = ?, logo_id = ?, still_id = ?, pictures = ? where id = ?',
    [...ids, JSON.stringify(kept), row.id],
  );
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
