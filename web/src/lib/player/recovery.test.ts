import { describe, expect, it } from 'vitest';
import { faultOfStatus, recoveryFrom } from './recovery.ts';

const fresh = { mode: 'direct', network: 0, reopened: 0 } as const;

describe('recoveryFrom', () => {
  it('asks for a heavier way when the browser cannot decode, and gives up after the heaviest', () => {
    expect(recoveryFrom('decode', fresh)).toEqual({ do: 'heavier', mode: 'remux' });
    expect(recoveryFrom('decode', { ...fresh, mode: 'audio' })).toEqual({ do: 'heavier', mode: 'transcode' });
    expect(recoveryFrom('decode', { ...fresh, mode: 'transcode' })).toEqual({ do: 'fail' });
  });
  it('tries the network again with growing pauses, not for ever', () => {
    const pauses = Array.from({ length: 9 }, (_, network) => recoveryFrom('network', { ...fresh, network }));
    expect(pauses[0]).toEqual({ do: 'retry', afterMs: 500 });
    expect(pauses[7]).toEqual({ do: 'retry', afterMs: 30_000 });
    expect(pauses[8]).toEqual({ do: 'fail' });
  });
  it('opens a lost session again three times', () => {
    expect(recoveryFrom('gone', { ...fresh, reopened: 2 })).toEqual({ do: 'reopen' });
    expect(recoveryFrom('gone', { ...fresh, reopened: 3 })).toEqual({ do: 'fail' });
    expect(recoveryFrom('refused', fresh)).toEqual({ do: 'fail' });
  });
});

describe('faultOfStatus', () => {
  it.each([
    [0, 'network'],
    [200, 'decode'],
    [206, 'decode'],
    [403, 'gone'],
    [410, 'gone'],
    [502, 'network'],
    [422, 'refused'],
    [501, 'refused'],
  ])('reads %i as %s', (status, fault) => expect(faultOfStatus(status)).toBe(fault));
});
