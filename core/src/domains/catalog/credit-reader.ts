import type { z } from 'zod';
import type { Queries } from '../../kernel/database/database.ts';
import type { getPerson, search } from './catalog.schema.ts';
import type { PictureAnswer, ShowPicture } from './picture-view.ts';
import type { ItemDescription } from './ports.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';

export type PersonCard = z.input<(typeof search)['response'] & z.ZodType>['people'][number];
export type PersonDescription = z.input<(typeof getPerson)['response'] & z.ZodType>;
type CreditAnswer = ItemDescription['cast'][number];

interface PersonRow {
  id: number;
  name: string;
  picture_id: number | null;
  version: string | null;
  placeholder: string | null;
  width: number | null;
  height: number | null;
}

const personColumns = 'p.id, p.name, p.picture_id, a.version, a.placeholder, a.width, a.height';
const personTables = 'people p left join artwork a on a.id = p.picture_id';
const actingRoles: ReadonlySet<string> = new Set(['actor', 'guest', 'voice']);

const personCard = (row: PersonRow, showPicture: ShowPicture): PersonCard => ({
  id: row.id,
  name: row.name,
  picture: pictureOf(row, showPicture),
});

const pictureOf = (row: PersonRow, showPicture: ShowPicture): PictureAnswer | null =>
  row.picture_id === null || row.version === null
    ? null
    : showPicture({
        id: row.picture_id,
        version: row.version,
        placeholder: row.placeholder,
        width: row.width,
        height: row.height,
      });

/** People in the order of the ids. */
export async function loadPersonCards(
  queries: Queries,
  personIds: readonly number[],
  showPicture: ShowPicture,
): Promise<PersonCard[]> {
  if (personIds.length === 0) return [];
  const people = inNumbers(queries.dialect, 'p.id', personIds);
  const rows = await queries.all<PersonRow>(
    `select ${personColumns} from ${personTables} where ${people.sql}`,
    people.parameters,
  );
  const byId = new Map(rows.map((row) => [row.id, personCard(row, showPicture)]));
  return personIds.flatMap((id) => byId.get(id) ?? []);
}

/** Who acted in an item, and who made it. */
export async function loadCredits(
  queries: Queries,
  itemId: number,
  showPicture: ShowPicture,
): Promise<{ cast: CreditAnswer[]; crew: CreditAnswer[] }> {
  const rows = await queries.all<PersonRow & { role: string; character: string }>(
    `select ${personColumns}, c.role, c.character from credits c join ${personTables.replace('people p', 'people p on p.id = c.person_id')}
     where c.item_id = ? order by c.position`,
    [itemId],
  );
  const credits = rows.map((row) => ({
    person: personCard(row, showPicture),
    role: row.role,
    character: row.character,
  }));
  const acts = ({ role }: CreditAnswer): boolean => actingRoles.has(role.toLowerCase());
  return { cast: credits.filter(acts), crew: credits.filter((credit) => !acts(credit)) };
}
