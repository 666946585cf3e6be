import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { z } from 'zod';
import type { startPlayback } from '../../core/src/domains/playback/playback.schema.ts';
import { say } from './words.ts';

export type Playback = z.output<NonNullable<typeof startPlayback.response>>;

/** What the player shows at the moment. */
interface Look {
  /** Seconds. */
  at: number;
  frames: number;
  /** The picture itself, small; equal for equal pictures. */
  picture: string;
}

const look = (page: Page): Promise<Look> =>
  page.evaluate(() => {
    const video = document.querySelector('video');
    if (!video || video.videoWidth === 0) return { at: 0, frames: 0, picture: '' };
    const canvas = new OffscreenCanvas(160, 90);
    const context = canvas.getContext('2d');
    context?.drawImage(video, 0, 0, 160, 90);
    const data = context?.getImageData(0, 0, 160, 90).data ?? new Uint8ClampedArray();
    return {
      at: video.currentTime,
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      picture: String.fromCharCode(...data.filter((_, i) => i % 4 !== 3).map((value) => 32 + (value >> 4))),
    };
  });

/** Does something that starts a playback session and answers what the server decided. */
export async function playbackOf(page: Page, act: () => Promise<unknown>): Promise<Playback> {
  const answered = page.waitForResponse(
    (response) => response.request().method() === 'POST' && response.url().endsWith('/api/v1/playback'),
  );
  const [response] = await Promise.all([answered, act()]);
  return (await response.json()) as Playback;
}

/** Waits until a second of film has been shown in pictures that differ. Answers where it is then. */
export async function expectAdvancing(page: Page, withinMs = 30_000): Promise<number> {
  let first: Look | undefined;
  let last: Look | undefined;
  const advanced = async (): Promise<string> => {
    last = await look(page);
    if (!first && last.picture !== '') first = last;
    if (!first) return 'no picture';
    const { at, frames, picture } = last;
    return at < first.at + 1
      ? 'stands'
      : frames <= first.frames
        ? 'no frames'
        : picture === first.picture
          ? 'same picture'
          : 'plays';
  };
  await expect.poll(advanced, { timeout: withinMs, interval: 100 }).toBe('plays');
  return last?.at ?? 0;
}

export const positionOf = (page: Page): Promise<number> =>
  page.evaluate(() => document.querySelector('video')?.currentTime ?? -1);

export async function leavePlayer(page: Page): Promise<void> {
  await wakeControls(page);
  await page.getByRole('button', { name: say('player_back'), exact: true }).click();
}

/** Clicks on the bar at a share of the film; answers the milliseconds until a picture from there was on the screen. */
export async function seekTo(page: Page, share: number, lengthS: number): Promise<number> {
  const bar = page.getByRole('slider', { name: say('player_position') });
  await wakeControls(page);
  const box = await bar.boundingBox();
  if (!box) throw new Error('The bar with the position is not shown.');
  const target = share * lengthS;
  const stopwatch = await page.evaluateHandle((at) => {
    const video = document.querySelector('video');
    const shown = new Promise<number>((resolve, reject) => {
      setTimeout(() => reject(new Error(`No picture from ${at} s within 60 s`)), 60_000);
      const begin = (): void => {
        const began = performance.now();
        const check: VideoFrameRequestCallback = (now, { mediaTime }) => {
          if (Math.abs(mediaTime - at) < 30) resolve(now - began);
          else video?.requestVideoFrameCallback(check);
        };
        video?.requestVideoFrameCallback(check);
      };
      addEventListener('pointerup', begin, { capture: true, once: true });
    });
    return { shown };
  }, target);
  await page.mouse.click(box.x + box.width * share, box.y + box.height / 2);
  return stopwatch.evaluate(({ shown }) => shown);
}

/** Moves the pointer, so that the controls come. */
export async function wakeControls(page: Page): Promise<void> {
  await page.mouse.move(400, 300);
  await page.mouse.move(420, 320);
  await page.getByRole('button', { name: say('player_settings') }).waitFor();
}

/** Chooses in one of the player's menus. */
export async function choose(page: Page, menu: 'player_audio' | 'player_subtitles', choice: string): Promise<void> {
  await wakeControls(page);
  await page.getByRole('button', { name: say(menu), exact: true }).click();
  await page.getByRole('menu').getByRole('menuitemradio', { name: choice }).click();
}

export async function pause(page: Page): Promise<void> {
  await page.keyboard.press('k');
  await page.waitForFunction(
    () => document.querySelector('video')?.paused && !document.querySelector('video')?.seeking,
  );
}

/** Listens for some moments; answers the loudest frequency in hertz, 0 in silence. */
export const loudestFrequency = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const video = document.querySelector('video') as HTMLVideoElement & { captureStream(): MediaStream };
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 16_384, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(new MediaStream(video.captureStream().getAudioTracks())).connect(analyser);
    const levels = new Float32Array(analyser.frequencyBinCount);
    const deadline = performance.now() + 10_000;
    let loudest = 0;
    while (performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      analyser.getFloatFrequencyData(levels);
      loudest = levels.indexOf(Math.max(...levels));
      if ((levels[loudest] ?? -Infinity) > -60) break;
    }
    const loud = (levels[loudest] ?? -Infinity) > -60;
    await context.close();
    return loud ? (loudest * context.sampleRate) / analyser.fftSize : 0;
  });

/** A part of the picture, as shares of its width and height. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Difference {
  /** Pixels that are not what they were. */
  changed: number;
  /** Those of them that are strongly red now. */
  red: number;
}

/** A screenshot of a part of the film's picture. */
export async function shoot(page: Page, area: Area): Promise<Buffer> {
  const picture = await page.evaluate(() => {
    const video = document.querySelector('video') as HTMLVideoElement;
    const box = video.getBoundingClientRect();
    const scale = Math.min(box.width / video.videoWidth, box.height / video.videoHeight);
    const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
    return { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2, width, height };
  });
  return page.screenshot({
    clip: {
      x: picture.x + area.x * picture.width,
      y: picture.y + area.y * picture.height,
      width: area.width * picture.width,
      height: area.height * picture.height,
    },
  });
}

/** Compares two screenshots of the same size, in the browser, which can read them. */
export const difference = (page: Page, before: Buffer, after: Buffer): Promise<Difference> =>
  page.evaluate(
    async (pictures) => {
      const pixels = await Promise.all(
        pictures.map(async (picture) => {
          const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0));
          const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
          const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
          context?.drawImage(bitmap, 0, 0);
          return context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? new Uint8ClampedArray();
        }),
      );
      const [old = new Uint8ClampedArray(), now = new Uint8ClampedArray()] = pixels;
      const result = { changed: 0, red: 0 };
      for (let i = 0; i < now.length; i += 4) {
        const isChanged = [0, 1, 2].some((channel) => Math.abs((now[i + channel] ?? 0) - (old[i + channel] ?? 0)) > 60);
        if (!isChanged) continue;
        result.changed++;
        const [red = 0, green = 0, blue = 0] = now.subarray(i, i + 3);
        if (red > 170 && green < 90 && blue < 90) result.red++;
      }
      return result;
    },
    [before.toString('base64'), after.toString('base64')],
  );
