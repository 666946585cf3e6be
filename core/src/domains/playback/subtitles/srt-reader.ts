import { cueText, vttTime } from './cue-text.ts';

const timing =
  /^\s*(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})[,.:](\d{1,3})\s*-+>\s*(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})[,.:](\d{1,3})(.*)$/;
/** Of WebVTT, where a cue stands; nothing else is taken over. */
const placement = /\b(line|position|align|size|vertical):[\w.%,-]{1,20}/g;
const mostLines = 20;

export const vttHeader = 'WEBVTT\n\n';

/**
 * Turns SRT, or WebVTT, into cues of clean WebVTT while it comes. Files that others wrote miss numbers and blank lines,
 * or have them in the middle of a text: only the line with the times is relied on.
 */
export class SrtReader {
  #rest = '';
  /** WebVTT, where a blank line does end a cue. */
  #isVtt: boolean | undefined;
  #cue: { start: number; end: number; settings: string; lines: string[] } | undefined;

  /** The cues that are complete. */
  push(text: string): string {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    return lines.map((line) => this.#line(line)).join('');
  }

  end(): string {
    const last = this.#line(this.#rest) + this.#finish(false);
    this.#rest = '';
    return last;
  }

  #line(line: string): string {
    const times = line.length < 200 ? timing.exec(line) : null;
    if (!times) {
      if (line.trim() !== '') this.#isVtt ??= line.startsWith('WEBVTT');
      else if (this.#isVtt) return this.#finish(false);
      if (this.#cue && this.#cue.lines.length < mostLines) this.#cue.lines.push(line);
      return '';
    }
    const finished = this.#finish(true);
    const [, h1, m1, s1, f1, h2, m2, s2, f2, tail = ''] = times;
    this.#cue = {
      start: msOf(h1, m1, s1, f1),
      end: msOf(h2, m2, s2, f2),
      settings: (tail.match(placement) ?? []).join(' '),
      lines: [],
    };
    return finished;
  }

  /** @param isFollowed the next cue has begun, so a number at the end is its own */
  #finish(isFollowed: boolean): string {
    const cue = this.#cue;
    this.#cue = undefined;
    if (!cue) return '';
    const lines = trimmed(cue.lines);
    if (isFollowed && /^\s*\d+\s*$/.test(lines.at(-1) ?? '')) lines.pop();
    const text = trimmed(cueText(lines.join('\n')).split('\n')).filter((line) => line.trim() !== '');
    if (text.length === 0 || cue.end <= cue.start) return '';
    const settings = cue.settings === '' ? '' : ` ${cue.settings}`;
    return `${vttTime(cue.start)} --> ${vttTime(cue.end)}${settings}\n${text.join('\n')}\n\n`;
  }
}

const msOf = (hours = '0', minutes = '0', seconds = '0', fraction = '0'): number =>
  Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(fraction.padEnd(3, '0'));

function trimmed(lines: readonly string[]): string[] {
  const from = lines.findIndex((line) => line.trim() !== '');
  const to = lines.findLastIndex((line) => line.trim() !== '');
  return from < 0 ? [] : lines.slice(from, to + 1);
}

/** A whole file. */
export function srtToVtt(text: string): string {
  const reader = new SrtReader();
  return vttHeader + reader.push(text.replace(/^\uFEFF/, '')) + reader.end();
}
