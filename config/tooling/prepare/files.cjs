'use strict';
/* What the preparing steps share: where things lie, hashing, and running a program. */
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '../../..');
const modules = path.join(root, 'node_modules');
const pinnedNode = path.join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

/** A failure that is told to a person as it stands, without a stack. */
class Refusal extends Error {}

/** A file's bytes, or undefined where there is none. */
function read(file) {
  try {
    return fs.readFileSync(path.join(root, file));
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

const readText = (file) => String(read(file) ?? '');
const readJson = (file) => JSON.parse(readText(file) || '{}');
const say = (line) => process.stdout.write(`${line}\n`);
const secondsSince = (start) => `${((Date.now() - start) / 1000).toFixed(1)} s`;

/** Folders of the workspaces; a pattern may end in `/*`. */
function workspaces() {
  return readJson('package.json').workspaces.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    const folders = fs.readdirSync(path.join(root, parent)).map((name) => `${parent}/${name}`);
    return folders.filter((folder) => fs.existsSync(path.join(root, folder, 'package.json')));
  });
}

/** One hash over the names and contents of files; those that are absent count as such. */
function hashOf(files) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of files) hash.update(`\0${file}\0`).update(read(file) ?? 'absent');
  return hash.digest('hex');
}

/** Every file below these folders, sorted, tests and what tools write themselves left out. */
function filesBelow(folders, skipped = []) {
  const found = [];
  const visit = (folder) => {
    if (!fs.existsSync(path.join(root, folder))) return;
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const file = `${folder}/${entry.name}`;
      if (entry.name === 'node_modules' || skipped.includes(file)) continue;
      if (entry.isDirectory()) visit(file);
      else if (!entry.name.includes('.test.')) found.push(file);
    }
  };
  folders.forEach(visit);
  return found.sort();
}

/** Runs a program; its output is shown when it fails, or all along where `loud`. */
function run(command, parameters, { cwd = root, env = process.env, loud = false, what }) {
  const result = spawnSync(command, parameters, {
    cwd,
    env,
    stdio: loud ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error) throw new Refusal(`${what}: cannot run ${command}: ${result.error.message}`);
  if (result.status === 0) return;
  const end = result.signal ? `ended by ${result.signal}` : `exit code ${result.status}`;
  throw new Refusal(`${result.stdout ?? ''}${result.stderr ?? ''}\n${what} failed (${end}).`.trim());
}

module.exports = {
  Refusal,
  filesBelow,
  hashOf,
  modules,
  pinnedNode,
  read,
  readJson,
  readText,
  root,
  run,
  say,
  secondsSince,
  workspaces,
};
