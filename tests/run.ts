/**
 * Runs the test groups one after the other: `node tests/run.ts [group …] [-- filter …]`.
 * A group whose programs are missing and cannot be installed is skipped and says so. Last line: the counts.
 */
import { spawn } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPostgres } from './harness/postgres.ts';
import { obtain, programs } from './harness/programs.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Group {
  /** Its project in config/vitest.config.ts. */
  name: string;
  files: readonly string[];
  /** Without these nothing of it runs. */
  needs: readonly (keyof typeof programs)[];
  /** Without these some of its tests skip themselves. */
  wants: readonly (keyof typeof programs)[];
}

const beside = [
  '{sdk,core}/src/**/*.test.ts',
  'plugins/*/src/**/*.test.ts',
  'web/src/**/*.test.ts',
  'config/tooling/**/*.test.ts',
];
const overHttp = ['tests/api/**/*.test.ts', 'tests/regression/**/*.test.ts'];
const groups: readonly Group[] = [
  { name: 'unit', files: beside, needs: [], wants: ['ffmpeg', 'postgresql'] },
  { name: 'api-sqlite', files: overHttp, needs: [], wants: ['ffmpeg', 'nginx'] },
  { name: 'api-postgresql', files: overHttp, needs: ['postgresql'], wants: ['ffmpeg', 'nginx'] },
  { name: 'e2e', files: ['tests/e2e/**/*.test.ts'], needs: ['chromium'], wants: ['ffmpeg'] },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const scratch = mkdtempSync(path.join(tmpdir(), 'vitascope-tests-'));
// A PostgreSQL that a test starts for itself runs as another user and must get through.
chmodSync(scratch, 0o711);
/** What must be undone however this run ends, newest last. */
const undo: (() => Promise<void> | void)[] = [() => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })];

async function cleanUp(): Promise<void> {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
}

for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
  ['SIGHUP', 1],
] as const) {
  process.once(signal, () => void cleanUp().finally(() => process.exit(128 + number)));
}

/** Ends whatever a test left running: every process of the group has vitest's own as leader. */
function endProcessGroup(leader: number): void {
  try {
    process.kill(process.platform === 'win32' ? leader : -leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Runs one vitest project in a process group of its own; its report, or undefined when it wrote none. */
async function runVitest(
  group: Group,
  filters: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; report?: Report }> {
  const file = path.join(scratch, `${group.name}.json`);
  const parameters = [
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--config', 'config/vitest.config.ts', '--project', group.name, '--passWithNoTests'],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    ...filters,
  ];
  const child = spawn(process.execPath, parameters, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const leader = child.pid;
  const end = (): void => (leader === undefined ? undefined : endProcessGroup(leader));
  undo.push(end);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  end();
  undo.splice(undo.indexOf(end), 1);
  return { code, report: readReport(file) };
}

/** The part of vitest's JSON report that is counted. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A file that could not be loaded, and a run that failed for another reason than a test, count as one failure each. */
function count(code: number, report: Report | undefined): Counts {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = report.numFailedTests + broken.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const usesPostgres = ({ needs, wants }: Group): boolean =>
  [...needs, ...wants].includes('postgresql') && programs.postgresql.find() !== undefined;

async function runGroup(group: Group, filters: readonly string[]): Promise<Counts> {
  const files = group.files
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((file) => !file.includes('node_modules'));
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const missing = group.needs
    .map((name) => obtain(programs[name], say))
    .flatMap((answer) => ('missing' in answer ? [answer.missing] : []));
  if (missing.length > 0) {
    say(`${group.name}: skipped, all ${files.length} files. ${missing.join('; ')}.`);
    return { passed: 0, failed: 0, skipped: files.length };
  }
  for (const name of group.wants) {
    const answer = obtain(programs[name], say);
    if ('missing' in answer) say(`${group.name}: tests that need it are skipped. ${answer.missing}.`);
  }
  // Everything that tests leave behind lies in one folder, which goes at the end.
  const env: NodeJS.ProcessEnv = { ...process.env, TMPDIR: scratch };
  const cluster = usesPostgres(group) ? await startPostgres() : undefined;
  const stopCluster = async (): Promise<void> => cluster?.remove();
  undo.push(stopCluster);
  if (cluster) env.VITASCOPE_TEST_POSTGRESQL_URL = cluster.url;
  const { code, report } = await runVitest(group, filters, env);
  await stopCluster();
  undo.splice(undo.indexOf(stopCluster), 1);
  return count(code, report);
}

function selected(names: readonly string[]): readonly Group[] {
  const unknown = names.filter((name) => !groups.some((group) => group.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no test group ${unknown.join(', ')}; the groups are ${groups.map((group) => group.name).join(', ')}.`,
    );
  }
  return names.length > 0 ? groups.filter((group) => names.includes(group.name)) : groups;
}

async function main(parameters: readonly string[]): Promise<Counts> {
  const cut = parameters.indexOf('--');
  const names = cut < 0 ? parameters : parameters.slice(0, cut);
  const filters = cut < 0 ? [] : parameters.slice(cut + 1);
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  for (const group of selected(names)) {
    say(`\n${group.name}`);
    const start = Date.now();
    const counts = await runGroup(group, filters).catch((error: unknown): Counts => {
      say(`${group.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return { passed: 0, failed: 1, skipped: 0 };
    });
    for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += counts[key];
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    lines.push(
      `${group.name.padEnd(16)}${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped  (${seconds} s)`,
    );
  }
  say(`\n${lines.join('\n')}`);
  return total;
}

try {
  const total = await main(process.argv.slice(2));
  await cleanUp();
  if (total.passed + total.failed === 0) say('No test ran.');
  say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
} catch (error) {
  await cleanUp();
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  say('0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
}
