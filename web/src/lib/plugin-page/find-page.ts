import type { PluginPage } from '#lib/shell/extensions.svelte.ts';

/** The page of a plugin that an address belongs to: the longest path wins. `rest` is what the page routes by itself. */
export function findPage<Page extends Pick<PluginPage, 'plugin' | 'path'>>(
  pages: readonly Page[],
  plugin: string,
  path: string,
): { page: Page; rest: string } | undefined {
  const own = pages
    .filter((page) => page.plugin === plugin)
    .map((page) => ({ page, prefix: page.path.replace(/^\/+|\/+$/g, '') }));
  const fitting = own.filter(({ prefix }) => prefix === '' || path === prefix || path.startsWith(`${prefix}/`));
  const [best] = fitting.sort((a, b) => b.prefix.length - a.prefix.length);
  return best && { page: best.page, rest: path.slice(best.prefix.length).replace(/^\//, '') };
}
