import type { Database } from '../../../kernel/database/database.ts';
import { chooseArtwork } from '../artwork-choice.ts';
import { beginCatalogChange } from '../revision.ts';
import type { PictureFacts } from './render-picture.ts';

/** Keeps what was learnt of pictures while they were made, several at a time. */
export interface PictureFactKeeper {
  add(id: number, facts: PictureFacts): void;
  /** Writes what is waiting. */
  flush(): Promise<void>;
}

const waitMs = 2000;

/** @param failed told of a write that did not succeed; the facts are learnt again with the next picture */
export function createPictureFactKeeper(database: Database, failed: (error: unknown) => void): PictureFactKeeper {
  let waiting = new Map<number, PictureFacts>();
  let timer: NodeJS.Timeout | undefined;

  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    const facts = waiting;
    waiting = new Map();
    await storePictureFacts(database, facts);
  };
  return {
    flush,
    add(id, facts) {
      waiting.set(id, facts);
      timer ??= setTimeout(() => void flush().catch(failed), waitMs).unref();
    },
  };
}

/** Writes sizes and placeholders of pictures, and renews what titles keep of them. */
export async function storePictureFacts(database: Database, facts: ReadonlyMap<number, PictureFacts>): Promise<void> {
  await database.transaction(async (queries) => {
    await beginCatalogChange(queries);
    const items = new Set<number>();
    for (const [id, { width, height, placeholder }] of facts) {
      const row = await queries.first<{ item_id: number | null }>(
        'update artwork set width = ?, height = ?, placeholder = ? where id = ? returning item_id',
        [width, height, placeholder, id],
      );
      if (row?.item_id) items.add(row.item_id);
    }
    await chooseArtwork(queries, [...items]);
  });
}
