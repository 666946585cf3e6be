'use strict';
/* Builds the server and the web app where their sources changed. */
const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const {
  filesBelow,
  hashOf,
  modules,
  pinnedNode,
  readText,
  root,
  run,
  say,
  secondsSince,
  workspaces,
} = require('./files.cjs');

const node = () =>
  fs.existsSync(pinnedNode) && process.platform !== 'win32' ? fs.realpathSync(pinnedNode) : process.execPath;
const serverFolders = () => workspaces().filter((folder) => folder !== 'web');
const hasSources = (folder) => fs.existsSync(path.join(root, folder, 'src'));

/** Output whose source is no more would still be loaded. */
function pruneOutput(folder) {
  const sourceOf = (file) => path.join(folder, 'src', file.replace(/\.(js|d\.ts)$/, '.ts'));
  const visit = (relative) => {
    for (const entry of fs.readdirSync(path.join(folder, 'dist', relative), { withFileTypes: true })) {
      const file = path.join(relative, entry.name);
      if (entry.isDirectory()) visit(file);
      else if (/\.(js|d\.ts)$/.test(file) && !fs.existsSync(sourceOf(file))) fs.rmSync(path.join(folder, 'dist', file));
    }
  };
  if (fs.existsSync(path.join(folder, 'dist'))) visit('');
}

function buildServer(force) {
  const tsc = path.join(modules, '@typescript/native/bin/tsc');
  run(node(), [tsc, '-b', 'config/tsconfig.json', ...(force ? ['--force'] : [])], { what: 'Building the server' });
  serverFolders().forEach((folder) => pruneOutput(path.join(root, folder)));
}

/** Compressed once here, so that the server never compresses a static file. */
function compress(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      compress(file);
      continue;
    }
    const bytes = /\.(js|css|svg|json|wasm|webmanifest)$/.test(entry.name) ? fs.readFileSync(file) : undefined;
    if (!bytes || bytes.length < 1024) continue;
    fs.writeFileSync(
      `${file}.br`,
      zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 9 } }),
    );
    fs.writeFileSync(`${file}.gz`, zlib.gzipSync(bytes, { level: 9 }));
  }
}

function buildWeb() {
  run(node(), [path.join(modules, 'vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: path.join(root, 'web'),
    env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1', FORCE_COLOR: '0' },
    what: 'Building the web app',
  });
  const assets = path.join(root, 'web/build/_app');
  if (fs.existsSync(assets)) compress(assets);
}

const parts = [
  {
    name: 'server',
    build: buildServer,
    outputs: () =>
      serverFolders()
        .filter(hasSources)
        .map((folder) => `${folder}/dist`),
    sources: () => [
      ...filesBelow(serverFolders().map((folder) => `${folder}/src`)),
      ...serverFolders().flatMap((folder) => [`${folder}/package.json`, `${folder}/tsconfig.json`]),
      'config/tsconfig.json',
      'config/tsconfig.base.json',
    ],
  },
  {
    name: 'web app',
    build: buildWeb,
    outputs: () => ['web/build/200.html'],
    sources: () => [
      ...filesBelow(['web/src', 'web/static', 'web/messages', 'sdk/src'], ['web/src/paraglide']),
      ...['package.json', 'vite.config.ts', 'tsconfig.json', 'project.inlang/settings.json'].map(
        (file) => `web/${file}`,
      ),
    ],
  },
];

/** Parts whose sources are other than at their last build; all of them with `force`. */
function changedParts(force) {
  const packages = hashOf(['package-lock.json']);
  return parts
    .map((part) => ({
      ...part,
      stamp: `${packages}-${hashOf(part.sources())}`,
      stampFile: `node_modules/.stamp-${part.name.replace(' ', '-')}`,
    }))
    .filter(
      (part) =>
        force ||
        readText(part.stampFile) !== part.stamp ||
        !part.outputs().every((output) => fs.existsSync(path.join(root, output))),
    );
}

function build(part, force) {
  const start = Date.now();
  fs.rmSync(path.join(root, part.stampFile), { force: true });
  part.build(force);
  fs.writeFileSync(path.join(root, part.stampFile), part.stamp);
  say(`Built the ${part.name} in ${secondsSince(start)}.`);
}

module.exports = { build, changedParts };
