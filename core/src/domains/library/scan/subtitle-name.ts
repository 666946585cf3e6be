import { knownLanguage } from '../probe/language.ts';
import { stemOf } from './file-kinds.ts';

export interface SubtitleFacts {
  language: string;
  title: string;
  forced: boolean;
  default: boolean;
  hearingImpaired: boolean;
}

const forcedMarks = new Set(['forced', 'foreign']);
const impairedMarks = new Set(['sdh', 'cc']);

/**
 * What a subtitle's name says beside the media's: `Film.Director's notes.en.forced.srt`. `hi` is Hindi when it is the only language
 * there, else it marks a track for the hearing impaired.
 */
export function readSubtitleName(fileName: string, mediaStem: string): SubtitleFacts | undefined {
  const stem = stemOf(fileName);
  if (stem.toLowerCase() !== mediaStem.toLowerCase() && !stem.toLowerCase().startsWith(`${mediaStem.toLowerCase()}.`))
    return undefined;
  const facts: SubtitleFacts = { language: '', title: '', forced: false, default: false, hearingImpaired: false };
  const titles: string[] = [];
  let hindi = false;
  for (const mark of stem.slice(mediaStem.length).split('.').filter(Boolean).toReversed()) {
    const word = mark.toLowerCase();
    if (forcedMarks.has(word)) facts.forced = true;
    else if (word === 'default') facts.default = true;
    else if (impairedMarks.has(word)) facts.hearingImpaired = true;
    else if (word === 'hi') hindi = true;
    else if (facts.language === '' && titles.length === 0 && knownLanguage(mark))
      facts.language = knownLanguage(mark) ?? '';
    else titles.unshift(mark);
  }
  if (hindi && facts.language === '') facts.language = 'hin';
  else if (hindi) facts.hearingImpaired = true;
  facts.title = titles.join('.');
  return facts;
}
