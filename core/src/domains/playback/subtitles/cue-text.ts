/** Tags of SRT that WebVTT has too. */
const kept = new Set(['b', 'i', 'u']);
const longestCue = 5000;

/**
 * Text of one cue for WebVTT: what SRT calls italic, bold and underlined stays so, every other tag and code goes, and no
 * letter of it can be taken for markup. Files come from strangers.
 */
export function cueText(raw: string): string {
  const open: string[] = [];
  const text = raw
    .slice(0, longestCue)
    .replaceAll('\0', '')
    // ASS codes such as {\an8}, which many SRT files carry.
    .replaceAll(/\{\\[^}]*\}/g, '')
    .replaceAll('-->', '→')
    .split(/(<[^<>]*>)/)
    .map((piece, i) => (i % 2 === 0 ? escape(piece) : tag(piece, open)))
    .join('');
  return (
    text +
    open
      .toReversed()
      .map((name) => `</${name}>`)
      .join('')
  ).trim();
}

const escape = (text: string): string =>
  text
    .replaceAll(/&(?!(amp|lt|gt|nbsp|lrm|rlm);)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

function tag(text: string, open: string[]): string {
  const [, slash, word] = /^<(\/?)\s*([a-z]+)/i.exec(text) ?? [];
  const name = word?.toLowerCase() ?? '';
  // Something like "<3" is text.
  if (word === undefined) return escape(text);
  if (!kept.has(name)) return '';
  if (slash === '') {
    open.push(name);
    return `<${name}>`;
  }
  if (open.at(-1) !== name) return '';
  open.pop();
  return `</${name}>`;
}

/** `01:02:03.456`; times of a day and more keep counting hours. */
export function vttTime(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  const part = (value: number, length: number): string => String(Math.floor(value)).padStart(length, '0');
  return `${part(whole / 3_600_000, 2)}:${part((whole / 60_000) % 60, 2)}:${part((whole / 1000) % 60, 2)}.${part(whole % 1000, 3)}`;
}
