import type { ParsedName } from './parsed-name.ts';
import { longestPhrase } from './phrases.ts';
import { titleKey } from './surroundings.ts';
import { tokenise } from './tokens.ts';

/**
 * A text that names a version, with editions spelt as everywhere: "Directors Cut" is the "Director's Cut". Words that may mean
 * something else ("DC", "Anniversary") count only where nothing else is said.
 */
export function spellEditions(text: string): string {
  const words = tokenise(text);
  const { tokens } = words;
  const found: { from: number; to: number; value: string; strong: boolean }[] = [];
  let isPlain = true;
  for (let i = 0; i < tokens.length; i++) {
    const match = longestPhrase(words, i);
    if (match?.meaning.kind === 'edition') found.push({ from: i, to: match.to, ...match.meaning });
    if (!match && !/^\d/.test(tokens[i]!.key)) isPlain = false;
    if (match) i = match.to - 1;
  }
  return found
    .filter(({ strong }) => strong || isPlain)
    .reduceRight(
      (spelt, { from, to, value }) => spelt.slice(0, tokens[from]!.start) + value + spelt.slice(tokens[to - 1]!.end),
      text,
    );
}

/** What tells a file from others of the same title: its label, edition and kind of 3D, each said once. */
export function versionLabel({ version, edition, threeD }: ParsedName): string {
  const parts: string[] = [];
  for (const part of [version, edition, threeD]) {
    const key = part && titleKey(part);
    if (part && !(key && parts.some((other) => titleKey(other).includes(key)))) parts.push(part);
  }
  return parts.join(' · ');
}
