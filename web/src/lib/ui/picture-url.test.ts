import { expect, it } from 'vitest';
import { pictureUrl } from './picture-url.ts';

it.each([
  ['', '/api/v1/pictures/7/a', '/api/v1/pictures/7/a?width=320'],
  ['/vita', '/api/v1/pictures/7/a', '/vita/api/v1/pictures/7/a?width=320'],
  ['/vita', '/vita/api/v1/pictures/7/a?x=1', '/vita/api/v1/pictures/7/a?x=1&width=320'],
])('below %s, %s is fetched from %s', (base, url, address) => {
  expect(pictureUrl(base, url, 320)).toBe(address);
});
