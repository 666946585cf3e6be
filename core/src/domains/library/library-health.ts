import { AppError } from '../../kernel/errors.ts';
import type { HealthCheck } from '../../kernel/http/health.ts';
import { findFault } from './folder-rules.ts';
import type { LibraryStore } from './library-store.ts';

/** Whether every root folder is there. A disk that is away makes the server degraded, not unwell. */
export function libraryHealth(store: LibraryStore): HealthCheck {
  return {
    name: 'library folders',
    critical: false,
    async check() {
      const names = new Map((await store.list()).map(({ id, name }) => [id, name]));
      const faults = await Promise.all(
        (await store.roots()).map(async ({ path, libraryId, unavailableReason }) => {
          const fault = (await findFault(path)) ?? unavailableReason;
          return fault && `${names.get(libraryId) ?? ''}: ${fault}`;
        }),
      );
      const bad = faults.filter(Boolean);
      if (bad.length === 0) return;
      throw new AppError('root_unavailable', bad.join(' '), {
        fix: 'Mount the disk and scan the library, or take the folder out of the library. Nothing was deleted.',
      });
    },
  };
}
