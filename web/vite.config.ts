import { paraglideVitePlugin } from '@inlang/paraglide-js';
import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/**
 * The server may publish the app under any path, so the built `200.html` carries a placeholder which the server
 * replaces with its `basePath` before it hashes the inline scripts. Everything else in the build is relative.
 */
const basePlaceholder = '/__vitascope_base__';

export default defineConfig(({ command }) => ({
  plugins: [
    tailwindcss(),
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/paraglide',
      strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
      outputStructure: 'locale-modules',
    }),
    sveltekit({
      adapter: adapter({ pages: 'build', assets: 'build', fallback: '200.html' }),
      paths: { base: command === 'build' ? basePlaceholder : '', relative: true },
      output: { bundleStrategy: 'split' },
      version: { pollInterval: 0 },
    }),
  ],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    // Icons are tiny and shared by many pages: one file instead of fifty.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'icons', test: /@lucide[\\/]svelte/ }] } } },
  },
  server: { port: 5173, strictPort: false, proxy: { '/api': process.env.VITASCOPE_SERVER ?? 'http://127.0.0.1:8420' } },
}));
