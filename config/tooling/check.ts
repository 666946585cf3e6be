/**
 * Everything that can be said about the code without running it: `npm run check [-- step …]`.
 * Steps run two at a time; a failing one shows its output. Last line: the counts.
 */
import { spawn } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tool = (file: string): string => path.join(root, 'node_modules', file);
const scratch = mkdtempSync(path.join(tmpdir(), 'vitascope-check-'));

interface Outcome {
  ok: boolean;
  output: string;
}

/** Runs one of the installed tools with this Node. */
function node(parameters: readonly string[], cwd = root): Promise<Outcome> {
  return run(process.execPath, parameters, cwd);
}

async function run(command: string, parameters: readonly string[], cwd = root): Promise<Outcome> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, CI: '1' };
  const child = spawn(command, parameters, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32' && command === 'npm',
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return { ok: code === 0, output };
}

/** One after the other, as long as they succeed. */
async function inTurn(...steps: (() => Promise<Outcome>)[]): Promise<Outcome> {
  let output = '';
  for (const step of steps) {
    const outcome = await step();
    output += outcome.output;
    if (!outcome.ok) return { ok: false, output };
  }
  return { ok: true, output };
}

const typesOf = (name: string) => () =>
  node([tool('@typescript/native/bin/tsc'), '-p', `config/tsconfig.${name}.json`, '--pretty', 'false']);

const web = path.join(root, 'web');
const imported = ['sdk/src', 'sdk/create/src', 'core/src', 'plugins', 'web/src', 'tests', 'config/tooling'];

/** What npm would publish of the SDK, looked at by two tools that know how packages break. */
const packaging = (): Promise<Outcome> =>
  inTurn(
    () => run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch], path.join(root, 'sdk')),
    () => node([tool('publint/src/cli.js'), 'run', archive(), '--strict']),
    () =>
      node([
        tool('@arethetypeswrong/cli/dist/index.js'),
        archive(),
        '--profile',
        'esm-only',
        '--no-emoji',
        '--no-definitely-typed',
      ]),
  );
const archive = (): string =>
  path.join(scratch, readdirSync(scratch).find((file) => file.endsWith('.tgz')) ?? 'missing.tgz');

const steps: Record<string, () => Promise<Outcome>> = {
  // Browser tests have the types of pages; everything else must not see them.
  types: () => inTurn(typesOf('check'), typesOf('e2e')),
  'types-web': () => node([tool('svelte-check/bin/svelte-check'), '--fail-on-warnings', '--output', 'human'], web),
  lint: () => node([tool('oxlint/bin/oxlint'), '--deny-warnings', '--format=unix']),
  format: () => node([tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']),
  imports: () =>
    node([
      tool('dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      'config/dependency-cruiser.cjs',
      '--output-type',
      'err-long',
      ...imported,
    ]),
  unused: () => node([tool('knip/bin/knip.js'), '--config', 'config/knip.json', '--no-progress', '--no-config-hints']),
  // A lock file without the packages of some platform is refused there, and by npm ci everywhere.
  lockfile: () => run('npm', ['ci', '--dry-run', '--ignore-scripts', '--loglevel=error']),
  packaging,
  reference: () => node(['--conditions=source', 'config/tooling/reference.ts', '--check']),
};

/** Files one should look at: not a fault by itself. */
function longFiles(): string[] {
  const generated = /node_modules|\/dist\/|paraglide|schema\.d\.ts|\.svelte-kit|web\/build/;
  return globSync('{sdk,core,plugins,web/src,tests,config}/**/*.{ts,svelte,cjs,js}', { cwd: root })
    .filter((file) => !generated.test(file))
    .map((file) => ({ file, lines: readFileSync(path.join(root, file), 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > 400)
    .sort((a, b) => b.lines - a.lines)
    .map(({ file, lines }) => `  ${lines}  ${file}`);
}

async function runStep(name: string): Promise<boolean> {
  const start = Date.now();
  const outcome = await steps[name]?.().catch((error: unknown) => ({ ok: false, output: String(error) }));
  const ok = outcome?.ok === true;
  console.log(
    `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(10)} ${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s`,
  );
  if (!ok) console.log(outcome?.output.trim().replaceAll(/^/gm, '    '));
  return ok;
}

const wanted = process.argv.slice(2).filter((word) => word !== '--');
const unknown = wanted.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}; the steps are ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}

const queue = wanted.length > 0 ? wanted : Object.keys(steps);
const total = queue.length;
let passed = 0;
const worker = async (): Promise<void> => {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) if (await runStep(name)) passed += 1;
};
try {
  // Types that SvelteKit generates, which two of the steps read.
  await node([tool('@sveltejs/kit/svelte-kit.js'), 'sync'], web);
  await Promise.all([worker(), worker()]);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const long = longFiles();
if (long.length > 0) console.log(`Over 400 lines, worth splitting:\n${long.join('\n')}`);
console.log(`${passed} passed, ${total - passed} failed, 0 skipped`);
process.exitCode = passed === total ? 0 : 1;
