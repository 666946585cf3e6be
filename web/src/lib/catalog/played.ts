import { m } from '#messages';
import { ok } from '#lib/api/client.ts';
import type { App } from '#lib/app.svelte.ts';

/**
 * Marks titles watched or not, shows that at once through `apply`, and offers to take it back. A failure is said and
 * undone on the screen.
 */
export async function markPlayed(
  app: Pick<App, 'api' | 'toasts'>,
  ids: readonly number[],
  played: boolean,
  apply: (played: boolean) => void,
): Promise<void> {
  const send = (now: boolean) => ok(app.api.PUT('/api/v1/items/played', { body: { itemIds: [...ids], played: now } }));
  apply(played);
  try {
    await send(played);
  } catch (error) {
    apply(!played);
    app.toasts.fail(error);
    return;
  }
  const undo = async () => {
    apply(!played);
    try {
      await send(!played);
    } catch (error) {
      apply(played);
      app.toasts.fail(error);
    }
  };
  app.toasts.show(
    played ? m.toast_marked_watched({ count: ids.length }) : m.toast_marked_unwatched({ count: ids.length }),
    { action: { label: m.action_undo(), run: undo } },
  );
}
