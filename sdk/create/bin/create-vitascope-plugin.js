#!/usr/bin/env node
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`create-vitascope-plugin needs Node 24; this is ${process.version}.\n`);
  process.exit(69);
}
const { main } = await import('#cli');
process.exitCode = await main(process.argv.slice(2));
