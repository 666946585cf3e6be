import type { App } from '#lib/app.svelte.ts';

/** Runs a change; a failure is told in a toast. True when it was done. */
export async function attempt({ toasts }: Pick<App, 'toasts'>, change: () => Promise<unknown>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    toasts.fail(error);
    return false;
  }
}
