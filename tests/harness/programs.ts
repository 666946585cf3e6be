import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** A program that a test group needs from the system. */
export interface Program {
  name: string;
  /** Its Debian package. */
  debian: string;
  /** What a person does elsewhere. */
  otherwise: string;
  find(): string | undefined;
}

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The first of these names that lies in PATH (or in the folders where servers lie), or an absolute path that is there. */
function findProgram(...names: string[]): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/opt/homebrew/bin',
  ];
  const candidates = names.flatMap((name) =>
    path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name)),
  );
  return candidates.find(isExecutable);
}

/** The folder with `postgres`, `initdb` and `psql` of the newest PostgreSQL. */
function findPostgresBin(): string | undefined {
  const versions = '/usr/lib/postgresql';
  const debian = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => path.join(versions, version, 'bin', 'postgres'))
    : [];
  const postgres = findProgram(...debian, 'postgres');
  if (!postgres) return undefined;
  const bin = path.dirname(realpathSync(postgres));
  return ['initdb', 'psql'].every((name) => isExecutable(path.join(bin, name))) ? bin : undefined;
}

const hint = (name: string): string => `install ${name} with your system's package manager`;

export const programs = {
  chromium: {
    name: 'Chromium',
    debian: 'chromium',
    otherwise: 'install Chromium or Chrome, or set CHROMIUM_PATH to it',
    find: () =>
      findProgram(
        ...(process.env.CHROMIUM_PATH ? [process.env.CHROMIUM_PATH] : []),
        'chromium',
        'chromium-browser',
        'google-chrome-stable',
        'google-chrome',
        '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
        '/Applications/Chromium.app/Contents/MacOS/Chromium',
      ),
  },
  postgresql: {
    name: 'PostgreSQL',
    debian: 'postgresql',
    otherwise: hint('the PostgreSQL server'),
    find: findPostgresBin,
  },
  ffmpeg: { name: 'ffmpeg', debian: 'ffmpeg', otherwise: hint('ffmpeg'), find: () => findProgram('ffmpeg') },
  nginx: { name: 'nginx', debian: 'nginx', otherwise: hint('nginx'), find: () => findProgram('nginx') },
} as const satisfies Record<string, Program>;

let listsAreFresh = false;

const apt = (...parameters: string[]): { ok: boolean; output: string } => {
  // Runlevel 1 keeps packages from starting the services they bring.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const result = spawnSync('apt-get', ['-q', '-y', ...parameters], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { ok: result.status === 0, output: `${result.stdout ?? ''}${result.stderr ?? ''}` };
};

const canInstall = (): boolean =>
  process.getuid?.() === 0 && existsSync('/etc/debian_version') && findProgram('apt-get') !== undefined;

/** Finds a program, or installs it where this is root on Debian. `missing` says what to do when neither worked. */
export function obtain(program: Program, say: (line: string) => void): { path: string } | { missing: string } {
  const found = program.find();
  if (found) return { path: found };
  const byHand = existsSync('/etc/debian_version') ? `apt-get install ${program.debian}` : program.otherwise;
  if (!canInstall()) return { missing: `${program.name} is missing: ${byHand}` };
  say(`Installing ${program.name} (apt-get install ${program.debian}) …`);
  if (!listsAreFresh) apt('update');
  listsAreFresh = true;
  const { output } = apt('install', '--no-install-recommends', program.debian);
  const installed = program.find();
  if (installed) return { path: installed };
  const reason = output.trim().split('\n').slice(-3).join(' ');
  return { missing: `${program.name} is missing and apt-get could not install ${program.debian}: ${reason}` };
}
