import { describe, expect, it } from 'vitest';
import { readEpisodes } from './read-episodes.ts';

describe('readEpisodes', () => {
  it.each([
    ['3', [3]],
    ['3, 4', [3, 4]],
    ['3-5', [3, 4, 5]],
    ['1 2;2', [1, 2]],
    ['', []],
    ['two', []],
    ['7-2', []],
  ])('%s', (text, episodes) => expect(readEpisodes(text)).toEqual(episodes));

  it('takes no more than fifty at once', () => {
    expect(readEpisodes('1-99999')).toHaveLength(50);
  });
});
