import type { Credit, ExternalIds } from '@vitascope/sdk';
import type { Queries } from '../../kernel/database/database.ts';
import { fold, startsOf } from './fold.ts';
import { indexPeople } from './search-index.ts';
import { inTexts, storable } from '../../kernel/database/sql-fragment.ts';

interface Person {
  name: string;
  folded: string;
  ids: ExternalIds;
  portrait: Credit['picture'];
}

interface KnownPerson {
  id: number;
  folded_name: string;
  ids: Record<string, string>;
  hasPortrait: boolean;
}

/**
 * Finds or makes the people of these credits, in their order. Somebody is the same by an id at a service, otherwise by name, as
 * long as no id says another.
 */
export async function resolvePeople(queries: Queries, credits: readonly Credit[], now: number): Promise<number[]> {
  if (credits.length === 0) return [];
  const wanted = credits.map(personOf);
  const directory = await loadDirectory(queries, wanted);
  const made: Person[] = [];
  const places = wanted.map((person) => {
    const known = directory.find(person);
    if (known) return known;
    made.push(person);
    const entry: KnownPerson = {
      id: -made.length,
      folded_name: person.folded,
      ids: { ...clean(person.ids) },
      hasPortrait: false,
    };
    directory.add(entry);
    return entry;
  });
  const ids = await createPeople(queries, made, now);
  await storePersonIds(queries, directory.gained(), ids);
  const found = places.map(({ id }) => (id < 0 ? ids[-id - 1]! : id));
  const faceless = new Map(
    places.flatMap(({ hasPortrait }, index) => {
      const { portrait } = wanted[index]!;
      return !hasPortrait && portrait ? [[found[index]!, portrait] as const] : [];
    }),
  );
  await storePortraits(queries, faceless, now);
  return found;
}

function personOf(credit: Credit): Person {
  const name = storable(credit.name).trim();
  return { name, folded: fold(name).slice(0, 500), ids: credit.ids ?? {}, portrait: credit.picture };
}

const clean = (ids: ExternalIds): Record<string, string> =>
  Object.fromEntries(Object.entries(ids).filter((entry): entry is [string, string] => Boolean(entry[1])));

/** People that are stored or about to be, by name and by id. */
interface Directory {
  find(person: Person): KnownPerson | undefined;
  add(person: KnownPerson): void;
  /** Ids that known people got or new people have: `[person, provider, value]`. */
  gained(): [KnownPerson, string, string][];
}

async function loadDirectory(queries: Queries, wanted: readonly Person[]): Promise<Directory> {
  const known = await loadKnown(queries, wanted);
  const byName = Map.groupBy(known, (person) => person.folded_name);
  const byId = new Map(
    known.flatMap((person) => Object.entries(person.ids).map(([provider, value]) => [`${provider}:${value}`, person])),
  );
  const gained: [KnownPerson, string, string][] = [];

  const learn = (person: KnownPerson, ids: ExternalIds): void => {
    for (const [provider, value] of Object.entries(clean(ids))) {
      if (person.ids[provider] !== undefined) continue;
      person.ids[provider] = value;
      byId.set(`${provider}:${value}`, person);
      gained.push([person, provider, value]);
    }
  };
  return {
    find(person) {
      const ids = Object.entries(clean(person.ids));
      const match =
        ids.map(([provider, value]) => byId.get(`${provider}:${value}`)).find(Boolean) ??
        byName
          .get(person.folded)
          ?.find((each) => ids.every(([provider, value]) => (each.ids[provider] ?? value) === value));
      if (match) learn(match, person.ids);
      return match;
    },
    add(person) {
      const ids = person.ids;
      person.ids = {};
      const namesakes = byName.get(person.folded_name);
      if (namesakes) namesakes.push(person);
      else byName.set(person.folded_name, [person]);
      learn(person, ids);
    },
    gained: () => gained,
  };
}

async function loadKnown(queries: Queries, wanted: readonly Person[]): Promise<KnownPerson[]> {
  const names = inTexts(queries.dialect, 'p.folded_name', [...new Set(wanted.map(({ folded }) => folded))]);
  const rows = await queries.all<{
    id: number;
    folded_name: string;
    picture_id: number | null;
    provider: string | null;
    value: string | null;
  }>(
    `select p.id, p.folded_name, p.picture_id, e.provider, e.value from people p left join person_external_ids e on e.person_id = p.id
     where ${names.sql} order by p.id`,
    names.parameters,
  );
  const values = [...new Set(wanted.flatMap(({ ids }) => Object.values(clean(ids))))];
  if (values.length > 0) {
    const listed = inTexts(queries.dialect, 'e.value', values);
    const providers = inTexts(queries.dialect, 'e.provider', [
      ...new Set(wanted.flatMap(({ ids }) => Object.keys(clean(ids)))),
    ]);
    rows.push(
      ...(await queries.all<(typeof rows)[number]>(
        `select p.id, p.folded_name, p.picture_id, e.provider, e.value from person_external_ids e join people p on p.id = e.person_id
         where ${providers.sql} and ${listed.sql}`,
        [...providers.parameters, ...listed.parameters],
      )),
    );
  }
  const people = new Map<number, KnownPerson>();
  for (const row of rows) {
    const person = people.get(row.id) ?? {
      id: row.id,
      folded_name: row.folded_name,
      ids: {},
      hasPortrait: row.picture_id !== null,
    };
    if (row.provider && row.value) person.ids[row.provider] = row.value;
    people.set(row.id, person);
  }
  return [...people.values()];
}

async function createPeople(queries: Queries, made: readonly Person[], now: number): Promise<number[]> {
  const ids = await queries.insert(
    'people',
    made.map(({ name, folded }) => ({
      name,
      folded_name: folded,
      ...(queries.dialect === 'postgresql' && { starts: startsOf(folded) }),
      created_at: now,
      updated_at: now,
    })),
    { returning: 'id' },
  );
  await indexPeople(
    queries,
    made.map(({ folded }, index) => ({ id: ids[index]!, folded })),
  );
  return ids;
}

/** A `path` is absolute here: who read it beside the media has looked that it lies in a root folder. */
async function storePortraits(
  queries: Queries,
  portraits: ReadonlyMap<number, NonNullable<Credit['picture']>>,
  now: number,
): Promise<void> {
  const shown = [...portraits].filter(([, { url, path }]) => url ?? path);
  const pictures = await queries.insert(
    'artwork',
    shown.map(([id, { url, path }]) => ({
      person_id: id,
      kind: 'profile',
      source: path === undefined ? 'url' : 'file',
      location: storable(path ?? url ?? ''),
      version: '1',
      created_at: now,
    })),
    { returning: 'id' },
  );
  for (const [index, [id]] of shown.entries()) {
    await queries.run('update people set picture_id = ? where id = ?', [pictures[index], id]);
  }
}

async function storePersonIds(
  queries: Queries,
  gained: [KnownPerson, string, string][],
  made: readonly number[],
): Promise<void> {
  await queries.insert(
    'person_external_ids',
    gained.map(([person, provider, value]) => ({
      person_id: person.id < 0 ? made[-person.id - 1]! : person.id,
      provider,
      value,
    })),
    { onConflict: { columns: ['person_id', 'provider'], update: 'ignore' } },
  );
}
