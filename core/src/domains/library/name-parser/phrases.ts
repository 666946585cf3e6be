import { RELEASE_WORDS } from './release-words.ts';
import { gapBefore } from './tokens.ts';
import type { Words } from './tokens.ts';
import { PICTURE_AND_SOUND } from './vocabulary.ts';
import type { TagKind, TagRow } from './vocabulary.ts';

export interface Meaning {
  kind: TagKind;
  value: string;
  strong: boolean;
}

interface Node {
  next: Map<string, Node>;
  meaning?: Meaning;
}

/** A phrase found at a word: what it means and the word after it. */
export interface PhraseMatch {
  meaning: Meaning;
  to: number;
}

const LONGEST_GAP = 4;

function insert(root: Node, phrase: string, meaning: Meaning): void {
  let node = root;
  for (const word of phrase.split(' ')) {
    let next = node.next.get(word);
    if (next === undefined) node.next.set(word, (next = { next: new Map() }));
    node = next;
  }
  node.meaning ??= meaning;
}

function compile(rows: TagRow[]): Node {
  const root: Node = { next: new Map() };
  for (const { kind, strong, values } of rows) {
    for (const [value, ways] of Object.entries(values)) {
      for (const way of ways.split('|')) insert(root, way, { kind, value, strong });
    }
  }
  return root;
}

// Built on first use, since importing does no work; it never changes afterwards.
let compiled: Node | undefined;

function vocabulary(): Node {
  return (compiled ??= compile([...PICTURE_AND_SOUND, ...RELEASE_WORDS]));
}

/** The longest phrase of the vocabulary that begins at word `index` and stays within its bracket. */
export function longestPhrase(words: Words, index: number): PhraseMatch | undefined {
  const { tokens } = words;
  const first = tokens[index]!;
  let node = vocabulary().next.get(first.key);
  if (node === undefined) return withoutChannels(words, index);
  let found: PhraseMatch | undefined = node.meaning && { meaning: node.meaning, to: index + 1 };
  for (let i = index + 1; i < tokens.length && node.next.size > 0; i++) {
    const token = tokens[i]!;
    if (token.bracket !== first.bracket || token.start - tokens[i - 1]!.end > LONGEST_GAP) break;
    node = node.next.get(token.key);
    if (node === undefined) break;
    if (node.meaning) found = { meaning: node.meaning, to: i + 1 };
  }
  if (found?.meaning.kind === 'audioCodec') found.to = skipChannels(words, found.to);
  return found;
}

const CHANNELS = /^(ddp?a?|e?ac3|aac|dts|flac|truehd|atmos|lpcm|pcm|opus|dtshd)\d{1,2}(?:ch)?$/;

function withoutChannels(words: Words, index: number): PhraseMatch | undefined {
  const word = CHANNELS.exec(words.tokens[index]!.key)?.[1];
  const meaning = word === undefined ? undefined : vocabulary().next.get(word)?.meaning;
  return meaning && { meaning, to: skipChannels(words, index + 1) };
}

/** "DD+5.1", "AAC 2.0", "AAC 6Ch": the channel count belongs to the sound format before it. */
function skipChannels(words: Words, index: number): number {
  let to = index;
  while (
    to < words.tokens.length &&
    to < index + 2 &&
    /^\d(ch)?$/.test(words.tokens[to]!.key) &&
    gapBefore(words, to).length < 3
  )
    to++;
  return to;
}
