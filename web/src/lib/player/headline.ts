import { ok, type Api } from '#lib/api/client.ts';
import type { Playback } from './playback.ts';

/** What stands above the picture. */
export type Headline = Pick<Playback, 'itemId' | 'title' | 'subtitle' | 'backdrop' | 'poster'>;

/** The name of a title that could not be opened. Undefined when that fails too: the failure on the screen says enough. */
export async function findHeadline(api: Api, id: number): Promise<Headline | undefined> {
  try {
    const item = await ok(api.GET('/api/v1/items/{id}', { params: { path: { id } } }));
    const { title, show, year, backdrop, poster } = item;
    return { itemId: id, title: show?.title ?? title, subtitle: show ? title : String(year ?? ''), backdrop, poster };
  } catch (error) {
    console.info('no name', error);
    return undefined;
  }
}
