import { chromium, type Browser, type LaunchOptions } from 'playwright-core';
import { programs } from './programs.ts';

/** Options for a Chromium that asks nobody outside for anything. */
export function chromiumOptions(more: LaunchOptions = {}): LaunchOptions {
  const executablePath = programs.chromium.find();
  if (!executablePath) throw new Error(`Chromium is not installed: ${programs.chromium.otherwise}.`);
  const quiet = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
  ];
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return { executablePath, headless: true, ...more, args: [...quiet, ...sandbox, ...(more.args ?? [])] };
}

export const launchChromium = (more: LaunchOptions = {}): Promise<Browser> => chromium.launch(chromiumOptions(more));
