import type { Database } from '../../kernel/database/database.ts';
import { codeOf } from '../../kernel/errors.ts';

/** Writes down when something was last used. On a full disk nobody is turned away for that: it is written the next time. */
export async function noteUse(
  database: Pick<Database, 'run'>,
  sql: string,
  parameters: readonly (string | number)[],
): Promise<void> {
  try {
    await database.run(sql, parameters);
  } catch (error) {
    if (codeOf(error) !== 'storage_full') throw error;
  }
}
