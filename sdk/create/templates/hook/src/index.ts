import { definePlugin, z, type Ctx } from '@vitascope/sdk';

/** What a person sets for the plugin: a form on its page. */
const Options = z.object({
  url: z.url().optional().meta({ title: 'Address', description: 'Gets a POST with { text } for each message' }),
});

async function tell(text: string, c: Ctx): Promise<void> {
  const { url } = await c.options(Options);
  if (!url) return c.log.debug('There is no address to tell', { text });
  // Waits, repeats and fails with a typed error; a hook that throws is reported and breaks nothing.
  await c.http.text(url, { method: 'POST', body: { text } });
}

export default definePlugin({
  options: Options,
  on: {
    'library.item.added': ({ ids }, c) => tell(ids.length === 1 ? 'One new title' : `${ids.length} new titles`, c),
    'plugin.failed': ({ id, reason }, c) => tell(`The plugin ${id} has failed: ${reason}`, c),
  },
});
