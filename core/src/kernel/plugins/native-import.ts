type Load = (url: string) => Promise<Record<string, unknown>>;

const loader = 'data:text/javascript,export default (url) => import(url)';

/**
 * Node's own `import()`. Test runners and bundlers rewrite the one in source files, and would take a plugin's module through
 * their pipeline; what is written in a data: module they leave alone.
 */
export async function importNatively(url: string): Promise<Record<string, unknown>> {
  const { default: load } = (await import(/* @vite-ignore */ loader)) as { default: Load };
  return load(url);
}
