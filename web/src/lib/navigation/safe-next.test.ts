import { expect, it } from 'vitest';
import { safeNext } from './safe-next.ts';

it.each([
  ['/app/item/7?season=2', '/app/item/7?season=2'],
  ['https://elsewhere.example/', '/home'],
  ['//elsewhere.example/', '/home'],
  ['/\\elsewhere.example/', '/home'],
  ['javascript:alert(1)', '/home'],
  [null, '/home'],
])('after signing in, %s leads to %s', (next, to) => {
  expect(safeNext(next, '/home')).toBe(to);
});
