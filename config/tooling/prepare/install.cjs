'use strict';
/* Makes node_modules match the lock file. */
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const {
  Refusal,
  hashOf,
  modules,
  pinnedNode,
  readJson,
  readText,
  root,
  run,
  say,
  secondsSince,
  workspaces,
} = require('./files.cjs');

const stampFile = 'node_modules/.stamp';
const oldestNode = 24;
const ownMajor = () => Number(process.versions.node.split('.')[0]);
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const pinnedPackages = () => Object.keys(readJson('package.json').optionalDependencies ?? {});

/** Which workspaces have a node_modules of their own belongs to it: somebody may have cleaned one of them. */
const wantedStamp = () => {
  const nested = workspaces().filter((folder) => fs.existsSync(path.join(root, folder, 'node_modules')));
  const files = ['package-lock.json', 'package.json', ...workspaces().map((folder) => `${folder}/package.json`)];
  return `${hashOf(files)} ${nested.join(' ')}`;
};

/** Whether npm itself, called by a developer, left exactly what the lock file and the package.json files ask for. */
function matchesLock() {
  const { packages: wanted = {} } = readJson('package-lock.json');
  const { packages: present } = readJson('node_modules/.package-lock.json');
  if (!present || (pinnedPackages().includes(`node-${platform}`) && !fs.existsSync(pinnedNode))) return false;
  const same = (name) =>
    present[name].version === wanted[name].version &&
    present[name].integrity === wanted[name].integrity &&
    fs.existsSync(path.join(root, name));
  const left = Object.keys(wanted).filter((name) => name !== '' && !(name in present));
  const declared = ['dependencies', 'devDependencies', 'optionalDependencies'];
  const agrees = (folder) => {
    const file = readJson(path.join(folder, 'package.json'));
    return declared.every(
      (kind) => JSON.stringify(sorted(file[kind])) === JSON.stringify(sorted(wanted[folder]?.[kind])),
    );
  };
  return (
    left.every((name) => wanted[name].optional) &&
    Object.keys(present).every((name) => name in wanted && same(name)) &&
    ['', ...workspaces()].every(agrees)
  );
}

const sorted = (record = {}) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

function isInstalled() {
  const wanted = wantedStamp();
  if (readText(stampFile) === wanted) return true;
  if (!matchesLock()) return false;
  fs.writeFileSync(path.join(root, stampFile), wanted);
  return true;
}

/** npm and its Node from outside node_modules: `npm ci` deletes the Node that lies inside. */
function npmCommand() {
  const own = path.join(modules, '.bin');
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => path.resolve(folder) !== own);
  const env = { ...process.env, PATH: folders.join(path.delimiter) };
  const windows = process.platform === 'win32';
  const cli = process.env.npm_execpath;
  if (cli && /\.c?js$/.test(cli) && fs.existsSync(cli)) {
    const node = folders
      .map((folder) => path.join(folder, windows ? 'node.exe' : 'node'))
      .find((file) => fs.existsSync(file));
    return { command: node ?? process.execPath, parameters: [cli], env };
  }
  return windows
    ? { command: process.env.ComSpec ?? 'cmd.exe', parameters: ['/d', '/c', 'npm'], env }
    : { command: 'npm', parameters: [], env };
}

/** Said before anything is downloaded. */
function refusePlatform() {
  if (pinnedPackages().includes(`node-${platform}`) || ownMajor() >= oldestNode) return;
  const known = pinnedPackages().map((name) => name.replace('node-', ''));
  throw new Refusal(
    `Vitascope brings its own Node.js for ${known.join(', ')}, but not for ${platform}, and this is Node.js ${process.versions.node}.\n` +
      `Install Node.js ${oldestNode} or newer (https://nodejs.org) and run the command again.`,
  );
}

/** The pinned Node may be missing (optional packages omitted) or unable to run here (another C library). */
function refuseNode() {
  const windows = process.platform === 'win32';
  if (fs.existsSync(pinnedNode) && spawnSync(pinnedNode, ['--version'], { shell: windows }).status === 0) return;
  // A link that cannot run would come before the machine's own Node in every npm script.
  fs.rmSync(pinnedNode, { force: true });
  if (ownMajor() >= oldestNode) return;
  throw new Refusal(
    `The Node.js that Vitascope brings was not installed or does not run on this system, and this is Node.js ${process.versions.node}.\n` +
      `Install Node.js ${oldestNode} or newer (https://nodejs.org) and run the command again.`,
  );
}

function install() {
  refusePlatform();
  say('Installing from the lock file …');
  const start = Date.now();
  const npm = npmCommand();
  const options = ['--include=dev', '--include=optional', '--loglevel=error', '--no-fund', '--no-audit'];
  run(npm.command, [...npm.parameters, 'ci', ...options], { env: npm.env, loud: true, what: 'npm ci' });
  refuseNode();
  fs.writeFileSync(path.join(root, stampFile), wantedStamp());
  say(`Installed in ${secondsSince(start)}.`);
}

module.exports = { install, isInstalled };
