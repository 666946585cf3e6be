import { localMetadata } from '@vitascope/sdk';
import type { Hooks } from '../../kernel/plugins/hook-bus.ts';
import type { Providers } from '../../kernel/plugins/connections.service.ts';
import type { LocalAnswer, LocalSource, ScanHost } from './scan/scan-types.ts';

export interface LocalSourcesParts {
  providers: Providers;
  hooks: Hooks;
}

/** Local metadata as the plugins bring it: what the scan must know of it, and its answers. */
export interface LocalSources extends ScanHost {
  list(): LocalSource[];
  /** Some plugin wants to be asked about each file. */
  isFiltered(): boolean;
}

type Facts = Pick<LocalSource, 'files'> & { pictures?: LocalSource['pictures'] };

export function createLocalSources({ providers, hooks }: LocalSourcesParts): LocalSources {
  return {
    list: () =>
      providers.usable(localMetadata).map(({ id, name, facts }) => {
        const { files, pictures = {} } = facts as unknown as Facts;
        return { id, name, files, pictures };
      }),
    isFiltered: () => hooks.has('decide', 'scan.filter'),
    async readLocal(sourceId, subjects) {
      const { descriptions } = await providers.call(sourceId, {
        contract: localMetadata,
        method: 'read',
        input: { subjects: [...subjects] },
      });
      return descriptions as LocalAnswer[];
    },
    filter: (paths) => Promise.all(paths.map(async (path) => (await hooks.decide('scan.filter', path))?.skip ?? false)),
  };
}
