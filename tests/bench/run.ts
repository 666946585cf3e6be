/**
 * `npm run bench [-- name …] [-- --write]`: measures this checkout beside its peers on this machine and prints a table.
 * `--write` keeps it as docs/reference/benchmarks.md. Everything happens on loopback, with data made for it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bench, Row } from './bench.ts';
import { busy } from './busy.ts';
import { catalog } from './catalog.ts';
import { database } from './database.ts';
import { list } from './list.ts';
import { names } from './names.ts';
import { plugins } from './plugins.ts';
import { probe } from './probe.ts';
import { scan } from './scan.ts';
import { start } from './start.ts';
import { stream } from './stream.ts';

const benches: readonly Bench[] = [names, probe, database, catalog, start, list, stream, scan, busy, plugins];
const columns = ['what', 'ours', 'peer', 'aim'] as const;

const { values, positionals } = parseArgs({
  options: { write: { type: 'boolean', default: false } },
  allowPositionals: true,
});

function chosen(): readonly Bench[] {
  const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0)
    throw new Error(
      `There is no benchmark ${unknown.join(', ')}; there are ${benches.map((bench) => bench.name).join(', ')}.`,
    );
  return positionals.length > 0 ? benches.filter((bench) => positionals.includes(bench.name)) : benches;
}

const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node.js ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;

function table(rows: readonly Row[]): string {
  const cells = [columns.map((name) => String(name)), ...rows.map((row) => columns.map((name) => row[name] ?? ''))];
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => [...(line[column] ?? '')].length)));
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, column) => text + ' '.repeat((widths[column] ?? 0) - [...text].length)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function write(text: string): void {
  const file = fileURLToPath(new URL('../../docs/reference/benchmarks.md', import.meta.url));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(
    file,
    `# Benchmarks\n\nOne run of \`npm run bench -- --write\`: ours and, where there is one, a peer on the same machine in the same run.\n\n${machine()}\n\n${text}\n`,
  );
}

const rows: Row[] = [];
for (const bench of chosen()) {
  console.log(`${bench.title} …`);
  try {
    rows.push(...(await bench.run((line) => console.log(`  ${line}`))));
  } catch (error) {
    process.exitCode = 1;
    console.error(error);
    rows.push({
      what: bench.title,
      ours: `failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    });
  }
}
const text = table(rows);
console.log(`\n${machine()}\n\n${text}`);
if (values.write) write(text);
