const FOREIGN_DIGIT = /\p{Nd}/u;
const ONE_FOR_ONE: Record<string, string> = {
  '×': 'x',
  х: 'x',
  Х: 'X',
  '–': '-',
  '—': '-',
  '−': '-',
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '’': "'",
  '‘': "'",
  '`': "'",
  '´': "'",
  ʼ: "'",
  '〜': '~',
  '\u3000': ' ',
  '\u00a0': ' ',
  '［': '[',
  '］': ']',
};

/** The value of a decimal digit of any script: the digits of each lie in a row of ten, starting at its zero. */
function digitValue(char: string): string {
  let zero = char.charCodeAt(0);
  const first = zero;
  while (first - zero < 9 && FOREIGN_DIGIT.test(String.fromCharCode(zero - 1))) zero--;
  return String((first - zero) % 10);
}

function foldChar(char: string): string {
  const mapped = ONE_FOR_ONE[char];
  if (mapped !== undefined) return mapped;
  const code = char.charCodeAt(0);
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  return FOREIGN_DIGIT.test(char) ? digitValue(char) : char;
}

const ASCII_ONLY = /^[\u0000-_a-\u007f]*$/;

/** Full-width forms, the digits of any script, dashes and quotes as ASCII. One code unit stays one: positions keep their meaning. */
export function foldWidth(text: string): string {
  if (ASCII_ONLY.test(text)) return text;
  return text.replace(/[`\u0080-\uffff]/g, foldChar);
}

const EDGE = /^[\s._\-–—:,;~|/+=&*・·★☆"<>#]+/;
const CLOSING_EDGE = /[\s._\-–—:,;~|/+=&*・·★☆"<>#([{【]/;

/** Cuts separators and hanging openers from both ends; a linear walk, since a regex anchored at the end is not. */
export function trimSeparators(text: string): string {
  let end = text.length;
  while (end > 0 && CLOSING_EDGE.test(text[end - 1]!)) end--;
  return text.slice(0, end).replace(EDGE, '');
}

/**
 * Restores the dots of initials in a name written with dots for spaces: "To.Live.in.L.A" becomes "To Live in L.A.".
 * A lone letter between two words is a word.
 */
function spaceDots(text: string): string {
  const words = text.split(/[._\s]+/);
  const out: string[] = [];
  for (let i = 0; i < words.length;) {
    let end = i;
    while (end < words.length && /^\p{L}$/u.test(words[end]!)) end++;
    if (end - i > 1 && /\p{Lu}/u.test(words[i]!)) out.push(words.slice(i, end).join('.') + '.');
    else out.push(...words.slice(i, Math.max(end, i + 1)));
    i = Math.max(end, i + 1);
  }
  return out.join(' ');
}

/** A title as people write it: dots and underscores that stand for spaces become spaces, edges are cut, spaces are single. */
export function cleanTitle(raw: string): string {
  const text = trimSeparators(raw);
  if (text.includes(' ')) return text.replace(/_/g, ' ').replace(/\s+/g, ' ').trim();
  return spaceDots(text).trim();
}

/** Whether the text has a letter of the Latin script. */
export function hasLatin(text: string): boolean {
  return /\p{Script=Latin}/u.test(text);
}
