import { expect, it } from 'vitest';
import { guessType, nameOfFolder } from './folder-name.ts';

it.each([
  ['/srv/media/TV Shows', 'TV Shows', 'shows'],
  ['/srv/Movies/', 'Movies', 'movies'],
  ['D:\\Filme', 'Filme', 'movies'],
  ['/mnt/Anime', 'Anime', 'shows'],
  ['/mnt/Serien', 'Serien', 'shows'],
  ['/mnt/disk1', 'disk1', 'mixed'],
  ['/', '/', 'mixed'],
])('%s is named %s and holds %s', (path, name, type) => {
  expect(nameOfFolder(path)).toBe(name);
  expect(guessType(path)).toBe(type);
});
