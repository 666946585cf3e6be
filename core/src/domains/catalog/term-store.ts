import type { MediaData } from '@vitascope/sdk';
import type { Queries } from '../../kernel/database/database.ts';
import { fold } from './fold.ts';
import { inNumbers, inTexts, storable } from '../../kernel/database/sql-fragment.ts';

/** Fields of media data that are terms, and their kinds. */
const termKinds = {
  genres: 'genre',
  categories: 'category',
  sources: 'source',
  studios: 'studio',
  countries: 'country',
  tags: 'tag',
} as const;
export type TermField = keyof typeof termKinds;
export type TermKind = (typeof termKinds)[TermField];
export const termFields = Object.keys(termKinds) as TermField[];

/** The terms an item shall have, of the kinds that are given. */
export interface ItemTerms {
  itemId: number;
  isNew: boolean;
  lists: Partial<Pick<MediaData, TermField>>;
}

interface Term {
  kind: TermKind;
  name: string;
  folded: string;
}

/** Stores terms and who has them; says which items changed. */
export async function storeTerms(queries: Queries, items: readonly ItemTerms[]): Promise<Set<number>> {
  const wanted = items.map((item) => ({ item, terms: termsOf(item.lists) }));
  const ids = await resolveTerms(
    queries,
    wanted.flatMap(({ terms }) => terms),
  );
  const existing = await loadItemTerms(
    queries,
    items.filter(({ isNew, lists }) => !isNew && Object.keys(lists).length > 0).map(({ itemId }) => itemId),
  );
  const added: { item_id: number; term_id: number }[] = [];
  const changed = new Set<number>();
  for (const { item, terms } of wanted) {
    const kinds = new Set(termFields.filter((field) => item.lists[field]).map((field) => termKinds[field]));
    const before = (existing.get(item.itemId) ?? []).filter(({ kind }) => kinds.has(kind)).map(({ id }) => id);
    const after = [...new Set(terms.map((term) => ids.get(termKey(term))!))];
    const gone = before.filter((id) => !after.includes(id));
    const fresh = after.filter((id) => !before.includes(id));
    added.push(...fresh.map((termId) => ({ item_id: item.itemId, term_id: termId })));
    if (gone.length > 0) await removeTerms(queries, item.itemId, gone);
    if (gone.length + fresh.length > 0) changed.add(item.itemId);
  }
  await queries.insert('media_terms', added, { onConflict: { columns: ['item_id', 'term_id'], update: 'ignore' } });
  return changed;
}

async function removeTerms(queries: Queries, itemId: number, termIds: readonly number[]): Promise<void> {
  const gone = inNumbers(queries.dialect, 'term_id', termIds);
  await queries.run(`delete from media_terms where item_id = ? and ${gone.sql}`, [itemId, ...gone.parameters]);
}

function termsOf(lists: ItemTerms['lists']): Term[] {
  return termFields.flatMap((field) =>
    (lists[field] ?? []).map((name) => ({
      kind: termKinds[field],
      name: storable(name).trim(),
      folded: fold(storable(name)),
    })),
  );
}

const termKey = ({ kind, folded }: Pick<Term, 'kind' | 'folded'>): string => `${kind}:${folded}`;

async function resolveTerms(queries: Queries, terms: readonly Term[]): Promise<Map<string, number>> {
  if (terms.length === 0) return new Map();
  // The first spelling of a name is the one that is kept.
  const byKey = new Map(terms.toReversed().map((term) => [termKey(term), term]));
  const known = await findTerms(queries, [...byKey.values()]);
  const missing = [...byKey.values()].filter((term) => !known.has(termKey(term)));
  const ids = await queries.insert(
    'terms',
    missing.map(({ kind, name, folded }) => ({ kind, name, folded_name: folded })),
    { returning: 'id' },
  );
  missing.forEach((term, index) => known.set(termKey(term), ids[index]!));
  return known;
}

async function findTerms(queries: Queries, terms: readonly Term[]): Promise<Map<string, number>> {
  const names = inTexts(queries.dialect, 'folded_name', [...new Set(terms.map(({ folded }) => folded))]);
  const kinds = inTexts(queries.dialect, 'kind', [...new Set(terms.map(({ kind }) => kind))]);
  const rows = await queries.all<{ id: number; kind: TermKind; folded_name: string }>(
    `select id, kind, folded_name from terms where ${kinds.sql} and ${names.sql}`,
    [...kinds.parameters, ...names.parameters],
  );
  return new Map(rows.map((row) => [termKey({ kind: row.kind, folded: row.folded_name }), row.id]));
}

export interface StoredTerm {
  id: number;
  kind: TermKind;
  name: string;
}

/** Terms by item, by name. */
export async function loadItemTerms(queries: Queries, itemIds: readonly number[]): Promise<Map<number, StoredTerm[]>> {
  const result = new Map<number, StoredTerm[]>();
  if (itemIds.length === 0) return result;
  const items = inNumbers(queries.dialect, 'mt.item_id', itemIds);
  const rows = await queries.all<StoredTerm & { item_id: number }>(
    `select mt.item_id, t.id, t.kind, t.name from media_terms mt join terms t on t.id = mt.term_id where ${items.sql} order by t.name`,
    items.parameters,
  );
  for (const { item_id, ...term } of rows) {
    const list = result.get(item_id);
    if (list) list.push(term);
    else result.set(item_id, [term]);
  }
  return result;
}
