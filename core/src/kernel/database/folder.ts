import { mkdir } from 'node:fs/promises';
import { AppError } from '../errors.ts';

/** Makes a folder of the data directory, or says why it cannot be there. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
    throw new AppError(
      full ? 'storage_full' : 'database_unavailable',
      `The folder ${folder} cannot be made: ${(error as Error).message}.`,
      {
        fix: 'Give the server the right to write there, or choose another data directory.',
        cause: error,
      },
    );
  }
}
