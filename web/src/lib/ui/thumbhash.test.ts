import { describe, expect, it } from 'vitest';
import { blurFromThumbhash } from './thumbhash.ts';

describe('blurFromThumbhash', () => {
  it('draws a data URL', () => {
    expect(blurFromThumbhash('1QcSHQRnh493V4dIh4eXh1h4kJUI')).toMatch(/^data:image\/png;base64,/);
  });

  it.each([undefined, null, '', 'not base64 !', 'AA=='])('gives nothing for %s', (hash) => {
    expect(blurFromThumbhash(hash)).toBeUndefined();
  });
});
