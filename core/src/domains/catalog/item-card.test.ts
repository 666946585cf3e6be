import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, testDialects, type TestDatabase } from '../../kernel/database/database.testing.ts';
import { createCardReader } from './item-card.ts';
import { beginCatalogChange, createCatalogRevision } from './revision.ts';

const unhandled = vi.fn();

describe.each(testDialects)('cards on %s', (dialect) => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = await createTestDatabase(dialect);
    process.on('unhandledRejection', unhandled);
  });
  afterEach(async () => {
    process.off('unhandledRejection', unhandled);
    await test.remove();
  });

  it('are given, and nobody else suffers, when the database goes away while old ones are read again', async () => {
    const { database } = test;
    let now = 1_000_000;
    let goesAway = false;
    const revision = createCatalogRevision(database, () => now);
    const leave = async (): Promise<void> => {
      goesAway = false;
      now += 1000;
      await database.run('alter table catalog_revision rename to gone');
    };
    const reader = createCardReader({
      database,
      revision: {
        ...revision,
        async stamp() {
          const stamp = await revision.stamp();
          if (goesAway) await leave();
          return stamp;
        },
      },
      states: {
        statesFor: async () => new Map(),
        watchedCondition: () => ({ sql: '1 = 1', parameters: [] }),
        touchedItems: () => ({ sql: 'select 0 as id', parameters: [] }),
        playTarget: async () => null,
        revision: () => 0,
      },
      showPicture: () => null,
    });
    const [id = 0] = await database.insert(
      'media_items',
      [
        {
          type: 'movie',
          title: 'Here',
          sort_title: 'Here',
          sort_key: 'here',
          folded_title: 'here',
          added_at: 0,
          created_at: 0,
          updated_at: 0,
        },
      ],
      { returning: 'id' },
    );
    expect(await reader.cards([id], '')).toHaveLength(1);
    await database.transaction(beginCatalogChange);
    now += 2500;
    goesAway = true;
    expect(await reader.cards([id], '')).toHaveLength(1);
    await expect(revision.stamp()).rejects.toThrow(/catalog_revision/);
    // Node tells of promises that nobody listens to when the turn is over.
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
