import { describe, expect, it } from 'vitest';
import { findPage } from './find-page.ts';

const pages = [
  { plugin: 'feeds', path: '' },
  { plugin: 'feeds', path: 'history' },
  { plugin: 'other', path: 'history/old' },
];

describe('findPage', () => {
  it.each([
    ['feeds', 'history', 1, ''],
    ['feeds', 'history/7', 1, '7'],
    ['feeds', 'historical', 0, 'historical'],
    ['feeds', '', 0, ''],
  ])('%s %s', (plugin, path, index, rest) => {
    expect(findPage(pages, plugin, path)).toEqual({ page: pages[index], rest });
  });

  it('finds nothing of a plugin that has no such page', () => {
    expect(findPage(pages, 'other', 'history')).toBeUndefined();
  });
});
