import type { EventBus } from '../../kernel/events/event-bus.ts';
import type { CatalogService } from '../catalog/catalog.service.ts';
import type { Hooks } from '../../kernel/plugins/hook-bus.ts';
import type { ScanChange } from './scan/scan-types.ts';

/** Tells browsers, the rest of the server and plugins what changed in a library. */
export interface LibraryNews {
  /** Browsers hear at once; resolves when the plugins that listen have heard. Never rejects. */
  announce(libraryId: number, change: Partial<ScanChange>): Promise<void>;
  /** For work that changes something many times a second. */
  gather(libraryId: number): GatheredNews;
}

/** Many small changes, told in one piece every two seconds and at the end. */
export interface GatheredNews {
  add(change: ScanChange): void;
  /** Tells what is left, and that the work is over; resolves as `announce` does. */
  finish(): Promise<void>;
}

const gatherMs = 2000;

export interface LibraryNewsParts {
  events: EventBus;
  hooks: Hooks;
  titles: Pick<CatalogService, 'renewKept'>;
}

export function createLibraryNews({ events, hooks, titles }: LibraryNewsParts): LibraryNews {
  const tell = async (
    libraryId: number,
    { added = [], updated = [], removed = [], identified = [] }: Partial<ScanChange>,
    underway: boolean,
  ): Promise<void> => {
    events.emit('library.changed', {
      libraryId,
      itemIds: [...added, ...updated, ...removed],
      ...(underway && { underway }),
    });
    const told = identified.map(({ fileId, itemId, ...rest }) =>
      hooks.emit('library.item.identified', { fileId: String(fileId), itemId: String(itemId), ...rest }),
    );
    if (added.length > 0) told.push(hooks.emit('library.item.added', { ids: added.map(String) }));
    if (updated.length > 0) told.push(hooks.emit('library.item.updated', { ids: updated.map(String) }));
    if (removed.length > 0) told.push(hooks.emit('library.item.removed', { ids: removed.map(String) }));
    await Promise.all(told);
  };

  return {
    announce: (libraryId, change) => tell(libraryId, change, false),
    gather(libraryId) {
      const telling: Promise<void>[] = [];
      let gathered: ScanChange | undefined;
      let timer: NodeJS.Timeout | undefined;
      const tellGathered = (): void => {
        timer = undefined;
        if (gathered) telling.push(tell(libraryId, gathered, true));
        gathered = undefined;
      };
      return {
        add(change) {
          gathered = gathered ? joined(gathered, change) : change;
          timer ??= setTimeout(tellGathered, gatherMs);
        },
        async finish() {
          clearTimeout(timer);
          tellGathered();
          await Promise.all(telling);
          // Everybody who looks asks again as soon as it is told.
          await titles.renewKept();
          await tell(libraryId, {}, false);
        },
      };
    },
  };
}

const joined = (a: ScanChange, b: ScanChange): ScanChange => ({
  added: [...a.added, ...b.added],
  updated: [...new Set([...a.updated, ...b.updated])],
  removed: [...a.removed, ...b.removed],
  identified: [...a.identified, ...b.identified],
});
