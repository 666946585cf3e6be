'use strict';
/*
 * Runs before `npm start` and `npm test`: makes node_modules match the lock file and builds what changed.
 *   --install-only   no build
 *   --force          builds although nothing changed
 * The first run happens before anything is installed, on whatever Node the machine has (18 and later): plain
 * CommonJS, nothing but built-in modules.
 */
const path = require('node:path');
const { build, changedParts } = require('./prepare/build.cjs');
const { Refusal, root, say } = require('./prepare/files.cjs');
const { install, isInstalled } = require('./prepare/install.cjs');
const { withLock } = require('./prepare/lock.cjs');

function prepare({ installOnly, force }) {
  if (isInstalled() && (installOnly || (!force && changedParts(false).length === 0))) return;
  withLock(path.join(root, '.prepare-lock'), say, () => {
    if (!isInstalled()) install();
    if (!installOnly) changedParts(force).forEach((part) => build(part, force));
  });
}

try {
  prepare({ installOnly: process.argv.includes('--install-only'), force: process.argv.includes('--force') });
} catch (error) {
  process.stderr.write(`${error instanceof Refusal ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
