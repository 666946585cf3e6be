import { describe, expect, it } from 'vitest';
import { arrange, moved } from './layout.ts';

describe('arrange', () => {
  it('keeps the chosen order, drops rows that are gone, adds new ones at the end', () => {
    expect(arrange(['a', 'b', 'c'], [{ widget: 'c' }, { widget: 'x' }, { widget: 'a', hidden: true }])).toEqual([
      { widget: 'c' },
      { widget: 'a', hidden: true },
      { widget: 'b' },
    ]);
  });
});

describe('moved', () => {
  const rows = [{ widget: 'a' }, { widget: 'b' }];
  it('changes places and stops at the ends', () => {
    expect(moved(rows, 1, -1)).toEqual([{ widget: 'b' }, { widget: 'a' }]);
    expect(moved(rows, 0, -1)).toEqual(rows);
  });
});
