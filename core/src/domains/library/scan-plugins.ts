import { localMetadata } from '@vitascope/sdk';
import type { Hooks } from '../../kernel/plugins/hook-bus.ts';
import type { Providers } from '../../kernel/plugins/providers.ts';
import type { LocalAnswer, ScanHost } from './scan/scan-types.ts';

/** Answers what the scan's process asks of plugins. */
export const createScanHost = ({ providers, hooks }: { providers: Providers; hooks: Hooks }): ScanHost => ({
  async readLocal(sourceId, subjects) {
    const input = { subjects: [...subjects] };
    const { descriptions } = await providers.call(sourceId, { contract: localMetadata, method: 'read', input });
    return descriptions as LocalAnswer[];
  },
  filter: (paths) => Promise.all(paths.map(async (path) => (await hooks.decide('scan.filter', path))?.skip ?? false)),
});
