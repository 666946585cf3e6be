import type { Manifest } from '@vitascope/sdk';

/** A plugin folder as it lies on disk, known from its package.json alone. */
export interface FoundPlugin {
  id: string;
  folder: string;
  bundled: boolean;
  name: string;
  version: string;
  description: string;
  author?: string;
  homepage?: string;
  /** Absent when it has faults. */
  manifest?: Manifest;
  /** Why the manifest cannot be used; all faults at once. */
  fault?: string;
  /** Absolute path of the module. */
  entry?: string;
  /** Of the folder's code: changes when any of it does. */
  hash: string;
}
