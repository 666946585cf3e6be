/** Languages of three letters to the Windows code page their older files are written in. */
const pagesByLanguage: Record<string, string> = {
  rus: 'windows-1251',
  ukr: 'windows-1251',
  bul: 'windows-1251',
  srp: 'windows-1251',
  mkd: 'windows-1251',
  bel: 'windows-1251',
  pol: 'windows-1250',
  ces: 'windows-1250',
  slk: 'windows-1250',
  hun: 'windows-1250',
  slv: 'windows-1250',
  hrv: 'windows-1250',
  ron: 'windows-1250',
  ell: 'windows-1253',
  tur: 'windows-1254',
  heb: 'windows-1255',
  ara: 'windows-1256',
  fas: 'windows-1256',
  est: 'windows-1257',
  lav: 'windows-1257',
  lit: 'windows-1257',
  vie: 'windows-1258',
  tha: 'windows-874',
  jpn: 'shift_jis',
  kor: 'euc-kr',
  zho: 'gb18030',
};

export interface TextHints {
  /** Three letters. */
  language?: string;
  /** The encoding that the text itself names. */
  declared?: string | undefined;
  /** The bytes are the beginning of a longer text, and may end inside a letter. */
  cut?: boolean;
}

/**
 * Text in whatever encoding: told by its mark, else UTF-8 where it is that, else what it says itself, else the code page usual for its
 * language. What is said counts less than what is seen: many programs write a declaration of another encoding than theirs.
 */
export function decodeText(bytes: Uint8Array, { language = '', declared, cut = false }: TextHints = {}): string {
  const marked = markOf(bytes);
  if (marked) return new TextDecoder(marked).decode(bytes);
  // Only seven bits of each byte, so it always passes for UTF-8.
  const isSevenBit = declared !== undefined && /^iso-2022-/i.test(declared);
  const text = isSevenBit ? undefined : asUtf8(bytes, cut);
  if (text !== undefined) return text;
  const own = declared === undefined ? undefined : decoderOf(declared);
  if (isSpoiltUtf8(bytes)) return new TextDecoder().decode(bytes);
  if (own && own.encoding !== 'utf-8') return own.decode(bytes);
  return new TextDecoder(pagesByLanguage[language] ?? guessPage(bytes)).decode(bytes);
}

function markOf([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // A first letter of one byte beside a zero: UTF-16 without its mark.
  if (first !== undefined && first > 0 && second === 0) return 'utf-16le';
  return first === 0 && second !== undefined && second > 0 ? 'utf-16be' : undefined;
}

function asUtf8(bytes: Uint8Array, cut: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Undefined for an encoding that nobody knows. */
function decoderOf(label: string) {
  try {
    return new TextDecoder(label);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const sample = 16 * 1024;

/** More whole letters of several bytes than faults: in another encoding they hardly ever come about. */
function isSpoiltUtf8(bytes: Uint8Array): boolean {
  const letters = new TextDecoder().decode(bytes.subarray(0, sample)).match(/[^\0-\x7f]/gu) ?? [];
  const faults = letters.filter((letter) => letter === '\uFFFD').length;
  return letters.length - faults > faults;
}

/** Mostly letters above 0xC0 in a row are Cyrillic; scattered ones are accents. */
function guessPage(bytes: Uint8Array): string {
  let high = 0;
  let pairs = 0;
  for (let i = 1; i < bytes.length; i++) {
    if ((bytes[i] as number) < 0xc0) continue;
    high++;
    if ((bytes[i - 1] as number) >= 0xc0) pairs++;
  }
  return high > 20 && pairs > high * 0.6 ? 'windows-1251' : 'windows-1252';
}
