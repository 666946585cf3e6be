import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Config } from '../../kernel/config/config.schema.ts';
import { AppError } from '../../kernel/errors.ts';
import type { HealthCheck } from '../../kernel/http/health.ts';
import { encoderOf, type Encoder } from './convert/hardware.ts';

/** An ffmpeg that was found, and what it can do. */
export interface Transcoder {
  path: string;
  version: string;
  encoders: readonly string[];
  canToneMap: boolean;
  /** How this version is told to keep the times of pictures; the older name was taken away later. */
  timingOption: '-fps_mode' | '-vsync';
}

export type PlaybackSettings = () => Config['playback'];

export interface Capabilities {
  /** Undefined when there is none. */
  find(): Promise<Transcoder | undefined>;
  /** @throws AppError `transcoder_missing` */
  get(): Promise<Transcoder>;
  /** The encoder of the setting; by software where ffmpeg lacks it. */
  encoder(): Promise<Encoder>;
  /** What is wrong, one sentence; empty when nothing is. */
  problem(): Promise<string>;
  health: HealthCheck;
}

const execute = promisify(execFile);
/** Somebody may be installing it right now. */
const lookAgainMs = 10_000;
const patienceMs = 10_000;
const fix = 'Install ffmpeg (on Debian: apt install ffmpeg), or set playback.ffmpeg to where it is.';

/** Looks for ffmpeg when somebody first asks, and again when the setting changes or there was none. */
export function createCapabilities(settings: PlaybackSettings): Capabilities {
  let known: { command: string; at: number; found: Promise<Transcoder | undefined> } | undefined;

  const find = async (): Promise<Transcoder | undefined> => {
    const command = settings().ffmpeg;
    if (known?.command === command) {
      const found = await known.found;
      if (found || Date.now() - known.at < lookAgainMs) return found;
    }
    known = { command, at: Date.now(), found: ask(command) };
    return known.found;
  };
  const get = async (): Promise<Transcoder> => {
    const found = await find();
    if (found) return found;
    throw new AppError(
      'transcoder_missing',
      `This needs ffmpeg; "${settings().ffmpeg}" was not found or does not run.`,
      {
        fix,
      },
    );
  };
  const wanted = (): Encoder => encoderOf(settings().hardwareAcceleration, settings().hardwareDevice);
  const problem = async (): Promise<string> => {
    const found = await find();
    if (!found)
      return `"${settings().ffmpeg}" was not found or does not run: only files that browsers play as they are can be played. ${fix}`;
    if (!found.encoders.includes(wanted().name))
      return `This ffmpeg has no encoder ${wanted().name}; ${found.encoders.includes('libx264') ? 'software is used instead' : 'nothing can be converted'}.`;
    return '';
  };
  return {
    find,
    get,
    async encoder() {
      const { encoders } = await get();
      return encoders.includes(wanted().name) ? wanted() : encoderOf('none');
    },
    problem,
    health: {
      name: 'ffmpeg',
      critical: false,
      async check() {
        const sentence = await problem();
        if (sentence !== '') throw new AppError('transcoder_missing', sentence, { fix });
      },
    },
  };
}

async function ask(command: string): Promise<Transcoder | undefined> {
  const [version, encoders, filters] = await Promise.all([
    output(command, '-version'),
    output(command, '-encoders'),
    output(command, '-filters'),
  ]);
  if (version === undefined) return undefined;
  const number = /^ffmpeg version (\S+)/.exec(version)?.[1] ?? 'unknown';
  const [major, minor] = (/^n?(\d+)\.(\d+)/.exec(number) ?? []).slice(1).map(Number);
  const isOld = major !== undefined && (major < 5 || (major === 5 && minor === 0));
  return {
    path: command,
    version: number,
    timingOption: isOld ? '-vsync' : '-fps_mode',
    encoders: [...(encoders ?? '').matchAll(/^ V\S{5} (\S+)/gm)]
      .map((line) => line[1] as string)
      .filter((name) => name === 'libx264' || name.startsWith('h264_')),
    canToneMap: / zscale /.test(filters ?? '') && / tonemap /.test(filters ?? ''),
  };
}

/** Undefined when the program is not there or fails: that is the answer to what was asked. */
async function output(command: string, parameter: string): Promise<string | undefined> {
  try {
    const { stdout } = await execute(command, ['-hide_banner', parameter], {
      timeout: patienceMs,
      maxBuffer: 4 * 1024 * 1024,
      windowsHide: true,
    });
    return stdout;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
