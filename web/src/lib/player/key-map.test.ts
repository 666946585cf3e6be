import { describe, expect, it } from 'vitest';
import { actionOf } from './key-map.ts';

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  actionOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more });

describe('actionOf', () => {
  it('knows the keys', () => {
    expect(press(' ')).toEqual({ do: 'toggle-play' });
    expect(press('K')).toEqual({ do: 'toggle-play' });
    expect(press('ArrowLeft')).toEqual({ do: 'skip', seconds: -10 });
    expect(press('l')).toEqual({ do: 'skip', seconds: 30 });
    expect(press('7')).toEqual({ do: 'seek-tenth', tenth: 7 });
  });
  it('tells shifted keys apart, but not signs that may need Shift', () => {
    expect(press('n')).toEqual({ do: 'next' });
    expect(press('N', { shiftKey: true })).toEqual({ do: 'previous' });
    expect(press('?', { shiftKey: true })).toEqual({ do: 'help' });
    expect(press('<')).toEqual({ do: 'speed', by: -1 });
    expect(press('>', { shiftKey: true })).toEqual({ do: 'speed', by: 1 });
    expect(press('K', { shiftKey: true })).toBeUndefined();
  });
  it('leaves the keys of the browser alone', () => {
    expect(press('f', { ctrlKey: true })).toBeUndefined();
    expect(press('l', { metaKey: true })).toBeUndefined();
    expect(press('ArrowLeft', { altKey: true })).toBeUndefined();
    expect(press('x')).toBeUndefined();
  });
});
