#!/usr/bin/env node
// Plain JavaScript that any Node since 14 understands: it finds the Node this release was made with and goes on there.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const least = 24;
const here = dirname(fileURLToPath(import.meta.url));
const cli = join(here, '../dist/cli.js');

/** The Node that is installed beside us, where its package exists for this machine. */
function pinnedNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${system}-${process.arch}/package.json`);
    const path = join(dirname(manifest), process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
    return existsSync(path) ? { path, version: JSON.parse(readFileSync(manifest, 'utf8')).version } : undefined;
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function continueOn(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, VITASCOPE_PINNED_NODE: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    process.stderr.write(`${node} cannot be run: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}

const pinned = process.env.VITASCOPE_PINNED_NODE ? undefined : pinnedNode();
if (pinned && pinned.version !== process.versions.node) continueOn(pinned.path);
else if (Number(process.versions.node.split('.')[0]) < least) {
  process.stderr.write(
    `Vitascope needs Node ${least} or newer; this is ${process.versions.node}, and none came with it for ${process.platform} on ${process.arch}.\n` +
      'Install Node from https://nodejs.org and start again.\n',
  );
  process.exitCode = 1;
} else if (!existsSync(cli)) {
  process.stderr.write(`${cli} is missing: Vitascope is not built yet. Run "npm run build".\n`);
  process.exitCode = 1;
} else {
  // Compiled code from the last start, kept inside the installation: a shared folder could be filled by others.
  module.enableCompileCache?.(join(here, '../../node_modules/.cache/vitascope'));
  await import('../dist/cli.js');
}
