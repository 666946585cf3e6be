/** Codes that files carry from ISO 639-2/B, by the ones that everything else uses. */
const bibliographic: Record<string, string> = {
  alb: 'sq',
  arm: 'hy',
  baq: 'eu',
  bur: 'my',
  chi: 'zh',
  cze: 'cs',
  dut: 'nl',
  fre: 'fr',
  geo: 'ka',
  ger: 'de',
  gre: 'el',
  ice: 'is',
  mac: 'mk',
  mao: 'mi',
  may: 'ms',
  per: 'fa',
  rum: 'ro',
  slo: 'sk',
  tib: 'bo',
  wel: 'cy',
};

/** `eng`, `en-GB` and `EN` are one language: `en`. Empty for what is unknown. */
export function languageOf(tag: string): string {
  const known = bibliographic[tag.toLowerCase()];
  if (known) return known;
  try {
    const { language } = new Intl.Locale(tag);
    return !language || language === 'und' ? '' : language;
  } catch (error) {
    if (error instanceof RangeError) return ''; // files carry anything
    throw error;
  }
}
