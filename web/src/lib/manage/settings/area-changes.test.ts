import { expect, it } from 'vitest';
import { changesOf } from './area-changes.ts';

it('names what differs and empties with null', () => {
  const before = { name: 'Attic', list: ['a'], grace: 10 };
  expect(changesOf(before, { name: 'Attic', list: ['a'], grace: 10, url: undefined })).toEqual({});
  expect(changesOf(before, { name: undefined, list: ['a', 'b'], grace: 10, url: 'http://x' })).toEqual({
    name: null,
    list: ['a', 'b'],
    url: 'http://x',
  });
});
