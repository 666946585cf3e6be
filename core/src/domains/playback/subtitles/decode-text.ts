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

/**
 * Text of a subtitle file in whatever encoding: told by its mark, else UTF-8 where it is that, else the code page usual
 * for its language.
 * @param language three letters, or empty
 */
export function decodeText(bytes: Uint8Array, language: string): string {
  const marked = markOf(bytes);
  if (marked) return new TextDecoder(marked).decode(bytes);
  const text = asUtf8(bytes);
  if (text !== undefined) return text;
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

function asUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
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
