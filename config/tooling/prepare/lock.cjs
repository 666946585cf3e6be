'use strict';
/* One process at a time may change a checkout. The lock is a file that names its process, so a dead one's lock is found out. */
const fs = require('node:fs');

const pauseMs = 200;
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes the lock in one step, content and all: a lock without its process's number is never seen. */
function take(file) {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, String(process.pid));
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function holderOf(file) {
  try {
    return Number(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Moves a dead process's lock away. Whoever moves a living one by accident puts it back. */
function clear(file, holder) {
  const aside = `${file}.stale.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (holderOf(aside) === holder) fs.rmSync(aside, { force: true });
  else fs.renameSync(aside, file);
}

/** Runs `work` while holding the lock; waits, with one line said, for another living process that holds it. */
function withLock(file, say, work) {
  let told = false;
  while (!take(file)) {
    const holder = holderOf(file);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      clear(file, holder);
      continue;
    }
    if (!told) say(`Waiting for process ${holder}, which prepares this checkout …`);
    told = true;
    pause();
  }
  try {
    return work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

module.exports = { withLock };
