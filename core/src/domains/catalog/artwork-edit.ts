import type { z } from 'zod';
import { notFound } from '../../kernel/errors.ts';
import { readJson } from '../../kernel/database/database.ts';
import type { Queries } from '../../kernel/database/database.ts';
import { chooseArtwork, chosenKinds } from './artwork-choice.ts';
import type { ChosenKind } from './artwork-choice.ts';
import { loadArtwork } from './artwork-store.ts';
import type { ArtworkRow } from './artwork-store.ts';
import type { listArtwork } from './catalog.schema.ts';
import type { FoundPicture } from './catalog-entry.ts';
import type { ShowPicture } from './picture-view.ts';
import { beginCatalogChange } from './revision.ts';

export type ArtworkAnswer = z.input<(typeof listArtwork)['response'] & z.ZodType>['items'];

type ChoiceRow = { locked: unknown } & Record<`${ChosenKind}_id`, number | null>;

/** Every picture known of a title, those in use first. @throws AppError `not_found` */
export async function readArtwork(queries: Queries, itemId: number, showPicture: ShowPicture): Promise<ArtworkAnswer> {
  const row = await loadChoice(queries, itemId);
  const locked = readJson<string[]>(row.locked, []);
  const artwork = (await loadArtwork(queries, [itemId])).get(itemId) ?? [];
  return artwork
    .map((picture) => {
      const column = chosenKinds[picture.kind as ChosenKind];
      const selected = column !== undefined && row[column] === picture.id;
      return {
        ...showPicture(picture)!,
        kind: picture.kind,
        provider: picture.provider,
        language: picture.language,
        selected,
        locked: selected && locked.includes(`artwork.${picture.kind}`),
      };
    })
    .toSorted((a, b) => Number(b.selected) - Number(a.selected));
}

/** Uses a picture and locks the choice. @throws AppError `not_found` */
export async function selectArtwork(queries: Queries, itemId: number, artworkId: number): Promise<void> {
  await beginCatalogChange(queries);
  await loadChoice(queries, itemId);
  const artwork = (await loadArtwork(queries, [itemId])).get(itemId) ?? [];
  const picture = artwork.find(({ id }) => id === artworkId);
  if (!picture) throw notFound('picture', artworkId);
  await useArtwork(queries, itemId, picture);
}

/** Adds a picture that a person brought, uses it and locks the choice. @throws AppError `not_found` */
export async function addArtwork(queries: Queries, itemId: number, picture: FoundPicture, now: number): Promise<void> {
  await beginCatalogChange(queries);
  await loadChoice(queries, itemId);
  const [id] = await queries.insert(
    'artwork',
    [
      {
        item_id: itemId,
        kind: picture.kind,
        source: picture.source,
        location: picture.location,
        provider: picture.provider,
        width: picture.width,
        height: picture.height,
        placeholder: picture.placeholder,
        version: picture.version ?? '1',
        created_at: now,
      },
    ],
    { returning: 'id' },
  );
  await useArtwork(queries, itemId, { id: id!, kind: picture.kind });
}

async function useArtwork(
  queries: Queries,
  itemId: number,
  { id, kind }: Pick<ArtworkRow, 'id' | 'kind'>,
): Promise<void> {
  await queries.run('update artwork set locked = (id = ?) where item_id = ? and kind = ?', [id, itemId, kind]);
  const column = chosenKinds[kind as ChosenKind];
  if (!column) return;
  const locked = readJson<string[]>((await loadChoice(queries, itemId)).locked, []);
  await queries.run(`update media_items set ${column} = ?, locked = ? where id = ?`, [
    id,
    JSON.stringify([...new Set([...locked, `artwork.${kind}`])]),
    itemId,
  ]);
  await chooseArtwork(queries, [itemId]);
}

async function loadChoice(queries: Queries, itemId: number): Promise<ChoiceRow> {
  const row = await queries.first<ChoiceRow>(
    'select locked, poster_id, backdrop_id, logo_id, still_id from media_items where id = ?',
    [itemId],
  );
  if (!row) throw notFound('item', itemId);
  return row;
}
