import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { believe, lengthsOf, longestMs, type FileLength } from './claimed-position.ts';
import { saveProgress } from './tracking.schema.ts';

const hour = 3_600_000;
const refusal = (path: string, message: RegExp) => ({
  code: 'validation_failed',
  errors: [{ path, message: expect.stringMatching(message) }],
});
const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('a position that a client claims', () => {
  it('counts against the length of the file, whatever the client says of it', () => {
    expect(believe({ positionMs: 1000, durationMs: 1000 }, [2 * hour])).toEqual({
      positionMs: 1000,
      durationMs: 2 * hour,
    });
    expect(believe({ positionMs: hour, durationMs: longestMs }, [2 * hour]).durationMs).toBe(2 * hour);
    expect(believe({ positionMs: hour }, [2 * hour]).durationMs).toBe(2 * hour);
  });

  it('means the version whose length is nearest, and the longest when the client names none', () => {
    const cuts = [2 * hour, 2.5 * hour];
    expect(believe({ positionMs: 0, durationMs: 2 * hour + 4000 }, cuts).durationMs).toBe(2 * hour);
    expect(believe({ positionMs: 0, durationMs: 2.4 * hour }, cuts).durationMs).toBe(2.5 * hour);
    expect(believe({ positionMs: 0 }, cuts).durationMs).toBe(2.5 * hour);
  });

  it('is believed where the files were never measured', () => {
    expect(believe({ positionMs: 5000, durationMs: hour }, [])).toEqual({ positionMs: 5000, durationMs: hour });
    expect(believe({ positionMs: 5000 }, [])).toEqual({ positionMs: 5000, durationMs: undefined });
  });

  it('is refused beyond the end, and taken as the end just past it', () => {
    expect(believe({ positionMs: hour + 5000 }, [hour]).positionMs).toBe(hour);
    expect(thrownBy(() => believe({ positionMs: 2 * hour }, [hour]))).toMatchObject(
      refusal('body.positionMs', /file lasts 3600000 ms/),
    );
    expect(thrownBy(() => believe({ positionMs: 2 * hour, durationMs: hour }, []))).toMatchObject(
      refusal('body.positionMs', /durationMs says 3600000 ms/),
    );
  });

  it('never lies beyond the length that is kept with it', () => {
    const ms = fc.integer({ min: 1000, max: longestMs });
    fc.assert(
      fc.property(
        ms,
        fc.option(ms, { nil: undefined }),
        fc.array(ms, { maxLength: 3 }),
        (positionMs, durationMs, cuts) => {
          const result = thrownBy(() => believe({ positionMs, durationMs }, cuts));
          if (result instanceof Error) return;
          const kept = result as ReturnType<typeof believe>;
          expect(kept.positionMs).toBeLessThanOrEqual(kept.durationMs ?? longestMs);
          if (cuts.length > 0) expect(cuts).toContain(kept.durationMs);
        },
      ),
    );
  });

  it.each([
    [{ positionMs: 1, durationMs: 1 }, 'durationMs'],
    [{ positionMs: 1, durationMs: longestMs + 1 }, 'durationMs'],
    [{ positionMs: longestMs + 1 }, 'positionMs'],
    [{ positionMs: -1 }, 'positionMs'],
    [{ positionMs: 0.5 }, 'positionMs'],
  ])('has the size of something that can be played: not %j', (claim, member) => {
    const issues = saveProgress.body?.safeParse({ mediaId: 1, ...claim }).error?.issues ?? [];
    expect(issues.map(({ path }) => path)).toEqual([[member]]);
  });
});

describe('the lengths of a title', () => {
  const file = (role: FileLength['role'], duration_ms: number | null, missing_since: number | null = null) => ({
    role,
    duration_ms,
    missing_since,
  });

  it('are those of its versions, and of its parts together', () => {
    expect(lengthsOf([file('main', 10), file('main', null), file('extra', 3)])).toEqual([10]);
    expect(lengthsOf([file('part', 10), file('part', 20)])).toEqual([30]);
  });

  it('are unknown while one of the parts is', () => {
    expect(lengthsOf([file('part', 10), file('part', null)])).toEqual([]);
  });

  it('leave out what others have come in the place of, and keep what is merely away', () => {
    const gone = [file('part', 11, 1), file('part', 21, 1)];
    expect(lengthsOf([...gone, file('part', 10), file('part', 20)])).toEqual([30]);
    expect(lengthsOf([...gone, file('extra', 3)])).toEqual([32]);
  });
});
