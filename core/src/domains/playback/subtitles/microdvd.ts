import { cueText, vttTime } from './cue-text.ts';
import { vttHeader } from './srt-reader.ts';

const line = /^\{(\d{1,9})\}\{(\d{1,9})\}(.*)$/;
const usualRate = 23.976;

export const isMicroDvd = (text: string): boolean => /^\uFEFF?\{\d+\}\{\d+\}/.test(text);

/** MicroDVD (`.sub`), which counts frames: its first line may say how many there are in a second. */
export function microDvdToVtt(text: string, frameRate = usualRate): string {
  let rate = frameRate;
  let result = vttHeader;
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .forEach((each, i) => {
      const [, start, end, words = ''] = line.exec(each) ?? [];
      if (start === undefined) return;
      const stated = i === 0 ? Number(words.trim()) : Number.NaN;
      if (stated > 1 && stated < 1000) {
        rate = stated;
        return;
      }
      const [from, to] = [start, end].map((frames) => (Number(frames) * 1000) / rate) as [number, number];
      const shown = cueText(styled(words));
      if (to > from && shown !== '') result += `${vttTime(from)} --> ${vttTime(to)}\n${shown}\n\n`;
    });
  return result;
}

/** `|` breaks a line; `{y:i}` in front of one is italic, other codes are left out. */
const styled = (words: string): string =>
  words
    .split('|')
    .map((part) => {
      const plain = part.replaceAll(/\{[a-z]:[^}]*\}/gi, '');
      return /\{y:i\}/i.test(part) ? `<i>${plain}</i>` : plain;
    })
    .filter((part) => part.trim() !== '')
    .join('\n');
