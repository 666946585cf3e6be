import { fileURLToPath } from 'node:url';

// The same from `src` and from `dist`.
const root = new URL('../../', import.meta.url);
const inside = (path: string): string => fileURLToPath(new URL(path, root));

/** Folders that come with the installation. */
export const installPaths = {
  migrations: inside('migrations'),
  webApp: inside('web/build'),
  demo: inside('config/demo'),
  bundledPlugins: inside('plugins'),
  manifest: inside('package.json'),
} as const;
