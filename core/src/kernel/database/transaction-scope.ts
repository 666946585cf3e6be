import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Notices work on the database from inside a transaction that goes past the transaction's own queries: on SQLite it would wait
 * for that very transaction for ever, on PostgreSQL it would not see its changes.
 */
export interface TransactionScope {
  assertOutside(): void;
  run<T>(work: () => Promise<T>): Promise<T>;
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
      return storage.run(scope, async () => {
        try {
          return await work();
        } finally {
          scope.open = false;
        }
      });
    },
  };
}
