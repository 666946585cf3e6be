import { heavierMode, type Mode } from './playback.ts';

/** What goes wrong while something plays. */
export type Fault =
  /** The browser cannot decode it. */
  | 'decode'
  /** The server was not reached. */
  | 'network'
  /** The server does not know the session any more, or its address has expired. */
  | 'gone'
  /** The server says that it cannot go on; its own words tell why. */
  | 'refused';

export interface Attempts {
  mode: Mode;
  /** Network faults since the picture last advanced. */
  network: number;
  /** Sessions opened anew since the picture last advanced. */
  reopened: number;
}

export type Recovery =
  { do: 'retry'; afterMs: number } | { do: 'reopen' } | { do: 'heavier'; mode: Mode } | { do: 'fail' };

const pausesMs = [500, 1500, 3000, 6000, 10_000, 15_000, 20_000, 30_000];
const mostReopened = 3;

/** What to do about a fault. Bounded: it fails at last. */
export function recoveryFrom(fault: Fault, { mode, network, reopened }: Attempts): Recovery {
  switch (fault) {
    case 'network': {
      const afterMs = pausesMs[network];
      return afterMs === undefined ? { do: 'fail' } : { do: 'retry', afterMs };
    }
    case 'gone':
      return reopened < mostReopened ? { do: 'reopen' } : { do: 'fail' };
    case 'decode': {
      const heavier = heavierMode(mode);
      return heavier ? { do: 'heavier', mode: heavier } : { do: 'fail' };
    }
    case 'refused':
      return { do: 'fail' };
  }
}

/** What an HTTP status of a stream means. */
export function faultOfStatus(status: number): Fault {
  if (status === 403 || status === 404 || status === 410) return 'gone';
  if (status === 0 || status === 408 || status === 429 || status === 502 || status === 504) return 'network';
  return status >= 400 ? 'refused' : 'decode';
}
