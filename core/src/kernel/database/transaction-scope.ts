import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Notices work on the database from inside a transaction that goes past the transaction's own queries: on SQLite it would wait
 * for that very transaction for ever, on PostgreSQL it would not see its changes.
 */
export interface TransactionScope {
  assertOutside(): void;
  /** `work` gets a function that throws once the transaction has ended: queries that were not awaited must not run on without it. */
  run<T>(work: (assertOpen: () => void) => Promise<T>): Promise<T>;
}

export function createTransactionScope(): TransactionScope {
  const storage = new AsyncLocalStorage<{ open: boolean }>();
  return {
    assertOutside() {
      if (storage.getStore()?.open) {
        throw new Error(
          'A transaction is open here: use the queries it was given, and begin no transaction inside it.',
        );
      }
    },
    run(work) {
      const scope = { open: true };
      const assertOpen = (): void => {
        if (!scope.open) throw new Error('The transaction has ended: await every query inside it.');
      };
      return storage.run(scope, async () => {
        try {
          return await work(assertOpen);
        } finally {
          scope.open = false;
        }
      });
    },
  };
}
