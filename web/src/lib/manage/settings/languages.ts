import { formatLanguage } from '#lib/i18n/format.ts';

const common = [
  'ar', 'bg', 'ca', 'cs', 'da', 'de', 'el', 'en', 'es', 'et', 'fi', 'fr', 'he', 'hi', 'hr', 'hu', 'id', 'it', 'ja', 'ko',
  'lt', 'lv', 'ms', 'nb', 'nl', 'pl', 'pt', 'ro', 'ru', 'sk', 'sl', 'sr', 'sv', 'ta', 'te', 'th', 'tr', 'uk', 'vi', 'zh',
]; // prettier-ignore

/** Languages to choose from, by name; whatever is chosen already is among them. */
export function languageOptions(...chosen: readonly string[]): { value: string; label: string }[] {
  return [...new Set([...common, ...chosen])]
    .map((tag) => ({ value: tag, label: formatLanguage(tag) }))
    .sort((a, b) => a.label.localeCompare(b.label));
}
