import type { PluginError } from '@vitascope/sdk';
import type { PluginClient } from '@vitascope/sdk/runtime';
import type { HostScope } from './host-scope.ts';

/** The way to a plugin, wherever it runs. */
export interface PluginLine {
  /**
   * The plugin's end, started and told its options if it is not up.
   * @throws AppError `plugin_failed` when it does not come up, `invalid_config` for its options, `unavailable` while it pauses
   */
  client(): Promise<PluginClient<HostScope>>;
  /** Ends what runs with this reason and refuses everything later; whether nothing of it is left running. */
  close(reason: PluginError): Promise<boolean>;
  status(): LineStatus;
}

/** What calls end with that are under way when their plugin stops or its process ends. */
export const endError = (code: 'cancelled' | 'internal', message: string): PluginError =>
  Object.assign(new Error(message), { code });

/** Where a plugin runs, and what it takes there. */
export interface LineStatus {
  place: 'server' | 'process';
  /** False while its process rests or is down. */
  running: boolean;
  pid?: number;
  /** Bytes of memory that its process holds. */
  residentBytes?: number;
  /** How often its process ended by itself lately. */
  restarts: number;
}
