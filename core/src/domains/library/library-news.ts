import type { EventBus } from '../../kernel/events/event-bus.ts';
import type { Hooks } from '../../kernel/plugins/hook-bus.ts';
import type { ScanChange } from './scan/scan-types.ts';

/** Tells browsers, the rest of the server and plugins what changed in a library. */
export interface LibraryNews {
  /** Browsers hear at once; resolves when the plugins that listen have heard. Never rejects. */
  announce(libraryId: number, change: Partial<ScanChange>): Promise<void>;
}

export function createLibraryNews({ events, hooks }: { events: EventBus; hooks: Hooks }): LibraryNews {
  return {
    async announce(libraryId, { added = [], updated = [], removed = [], identified = [] }) {
      events.emit('library.changed', { libraryId, itemIds: [...added, ...updated, ...removed] });
      const told = identified.map(({ fileId, itemId, ...rest }) =>
        hooks.emit('library.item.identified', { fileId: String(fileId), itemId: String(itemId), ...rest }),
      );
      if (added.length > 0) told.push(hooks.emit('library.item.added', { ids: added.map(String) }));
      if (updated.length > 0) told.push(hooks.emit('library.item.updated', { ids: updated.map(String) }));
      if (removed.length > 0) told.push(hooks.emit('library.item.removed', { ids: removed.map(String) }));
      await Promise.all(told);
    },
  };
}
