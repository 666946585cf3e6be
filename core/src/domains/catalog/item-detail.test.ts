import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDialects } from '../../kernel/database/database.testing.ts';
import { createTestCatalog, viewer, type TestCatalog } from './catalog.testing.ts';
import { beginCatalogChange } from './revision.ts';

describe.each(testDialects)('the page of a title on %s', (dialect) => {
  let catalog: TestCatalog;
  beforeEach(async () => {
    catalog = await createTestCatalog(dialect);
  });
  afterEach(() => catalog.remove());

  it('shows what a scan stored a moment ago, where lists still lag behind', async () => {
    const [id = 0] = await catalog.add({ type: 'movie', title: 'Before' });
    const detail = () => catalog.service.detail(id, { accountId: viewer, paths: false });
    expect((await detail()).title).toBe('Before');
    await catalog.db.database.transaction(async (queries) => {
      await beginCatalogChange(queries);
      await queries.run(`update media_items set title = 'After', file_count = 2 where id = ?`, [id]);
    });
    expect((await catalog.service.cards([id], viewer))[0]?.title).toBe('Before');
    expect(await detail()).toMatchObject({ title: 'After', fileCount: 2 });
  });
});
