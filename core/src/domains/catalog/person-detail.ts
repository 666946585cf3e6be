import { notFound } from '../../kernel/errors.ts';
import type { Database } from '../../kernel/database/database.ts';
import { loadPersonCards } from './credit-reader.ts';
import type { PersonDescription } from './credit-reader.ts';
import type { CardReader } from './item-card.ts';
import type { ShowPicture } from './picture-view.ts';

interface PersonRow {
  overview: string;
  born: string | null;
  died: string | null;
  birthplace: string;
}

const shownCredits = 500;

/** A part in a show counts once, however many of its seasons and episodes name it. */
function once<T extends { item_id: number; role: string; character: string }>(credits: readonly T[]): T[] {
  const parts = new Map<string, T>();
  for (const credit of credits) {
    const key = `${credit.item_id} ${credit.role}`;
    if (!parts.get(key)?.character) parts.set(key, credit);
  }
  return [...parts.values()];
}

/** A person and their titles, newest first. @throws AppError `not_found` */
export async function readPerson(
  { database, cards, showPicture }: { database: Database; cards: CardReader; showPicture: ShowPicture },
  personId: number,
  accountId: string,
): Promise<PersonDescription> {
  const [card] = await loadPersonCards(database, [personId], showPicture);
  const row = await database.first<PersonRow>('select overview, born, died, birthplace from people where id = ?', [
    personId,
  ]);
  if (!card || !row) throw notFound('person', personId);
  const ids = await database.all<{ provider: string; value: string }>(
    'select provider, value from person_external_ids where person_id = ?',
    [personId],
  );
  const credits = await database.all<{ item_id: number; role: string; character: string }>(
    `select coalesce(i.show_id, i.id) as item_id, c.role, c.character from credits c join media_items i on i.id = c.item_id
     where c.person_id = ? order by coalesce(i.year, 0) desc, i.sort_key, c.position limit ${shownCredits}`,
    [personId],
  );
  const items = new Map(
    (await cards.cards([...new Set(credits.map((credit) => credit.item_id))], accountId)).map((item) => [
      item.id,
      item,
    ]),
  );
  return {
    ...card,
    overview: row.overview,
    born: row.born,
    died: row.died,
    birthplace: row.birthplace,
    externalIds: Object.fromEntries(ids.map(({ provider, value }) => [provider, value])),
    credits: once(credits).flatMap(({ item_id, role, character }) => {
      const item = items.get(item_id);
      return item ? [{ item, role, character }] : [];
    }),
  };
}
