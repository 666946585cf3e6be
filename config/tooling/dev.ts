/**
 * `npm run dev`: the server from its sources, started again when they change, and the web app with hot reload in front of it.
 * Further words go to the server: `npm run dev -- --config my.yaml`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const port = process.env.VITASCOPE__SERVER__PORT ?? '8420';

const server = spawn(
  process.execPath,
  [
    ...['--watch', '--watch-preserve-output', '--conditions=source', '--disable-warning=ExperimentalWarning'],
    ...['core/src/cli.ts', 'serve', ...process.argv.slice(2)],
  ],
  { cwd: root, stdio: 'inherit' },
);
const web = spawn(process.execPath, [path.join(root, 'node_modules/vite/bin/vite.js'), 'dev'], {
  cwd: path.join(root, 'web'),
  stdio: 'inherit',
  env: { ...process.env, VITASCOPE_SERVER: process.env.VITASCOPE_SERVER ?? `http://127.0.0.1:${port}` },
});

/** When one of the two ends, both do. */
function endTogether(children: readonly ChildProcess[]): void {
  const endAll = (): void => children.forEach((child) => child.kill('SIGTERM'));
  for (const child of children) {
    child.once('exit', (code) => {
      process.exitCode ??= code ?? 1;
      endAll();
    });
  }
  process.on('SIGINT', endAll).on('SIGTERM', endAll);
}
endTogether([server, web]);
