import { describe, expect, it } from 'vitest';
import { regionOf } from './format.ts';

describe('regionOf', () => {
  it('takes the variant of the language that the person prefers', () => {
    expect(regionOf('en', ['de-DE', 'en-GB', 'en-US'])).toBe('en-GB');
  });

  it('keeps the language where the person prefers none of its variants', () => {
    expect(regionOf('en', ['eng-x', 'de'])).toBe('en');
  });
});
