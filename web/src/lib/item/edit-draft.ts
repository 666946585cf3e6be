import type { paths } from '#lib/api/schema.d.ts';
import type { ItemDetail } from './item-detail.ts';

type Change = paths['/api/v1/items/{id}']['patch']['requestBody']['content']['application/json'];
export type EditableField = Exclude<keyof Change, 'locked'>;
/** What stands in the form, as text. */
export type Draft = Partial<Record<EditableField, string>>;

export const editableFields: readonly EditableField[] = [
  'title',
  'originalTitle',
  'sortTitle',
  'year',
  'releaseDate',
  'contentRating',
  'status',
  'tagline',
  'overview',
  'genres',
  'studios',
  'categories',
  'sources',
];
export const listFields: ReadonlySet<EditableField> = new Set<EditableField>([
  'genres',
  'categories',
  'sources',
  'studios',
]);
const nullableFields: ReadonlySet<EditableField> = new Set<EditableField>(['originalTitle', 'year', 'releaseDate']);

/** The form's beginning: every field as text, lists with commas. */
export function draftOf(item: ItemDetail): Draft {
  return Object.fromEntries(editableFields.map((field) => [field, textOf(item, field)]));
}

/** Only what differs from the title, in the shape the API takes. */
export function changedFields(item: ItemDetail, draft: Draft): Change {
  const changed = editableFields.filter((field) => draft[field] !== undefined && draft[field] !== textOf(item, field));
  return Object.fromEntries(changed.map((field) => [field, valueOf(field, draft[field] ?? '')])) as Change;
}

function textOf(item: ItemDetail, field: EditableField): string {
  const value = item[field];
  return Array.isArray(value) ? value.join(', ') : String(value ?? '');
}

function valueOf(field: EditableField, text: string): string | number | string[] | null {
  if (listFields.has(field))
    return text
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean);
  if (text === '' && nullableFields.has(field)) return null;
  return field === 'year' ? Number(text) : text;
}
