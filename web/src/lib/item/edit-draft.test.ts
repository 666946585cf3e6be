import { describe, expect, it } from 'vitest';
import { changedFields, draftOf } from './edit-draft.ts';
import type { ItemDetail } from './item-detail.ts';

const item = {
  title: 'The Lamp',
  originalTitle: null,
  year: 1999,
  genres: ['Drama', 'Mystery'],
  overview: '',
} as unknown as ItemDetail;

describe('editing a title', () => {
  it('sends nothing when nothing changed', () => {
    expect(changedFields(item, draftOf(item))).toEqual({});
  });

  it('sends only what changed, in the shape of the API', () => {
    const draft = { ...draftOf(item), title: 'The Lamps', year: '', genres: ' Drama, ,Comedy ' };
    expect(changedFields(item, draft)).toEqual({ title: 'The Lamps', year: null, genres: ['Drama', 'Comedy'] });
  });
});
