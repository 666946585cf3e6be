/** A piece of a cue: bare text, or a span with children. */
export type CueNode = string | { tag: CueTag; classes: readonly string[]; children: CueNode[] };
export type CueTag = 'b' | 'i' | 'u' | 'span' | 'ruby' | 'rt' | 'br';

const tags: Record<string, CueTag> = {
  b: 'b',
  i: 'i',
  u: 'u',
  c: 'span',
  v: 'span',
  lang: 'span',
  ruby: 'ruby',
  rt: 'rt',
  font: 'span',
};
const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: '\u00A0',
  lrm: '\u200E',
  rlm: '\u200F',
  quot: '"',
  apos: "'",
  '#39': "'",
};
const token = /<([^<>]*)>|&(#?\w+);|\n|[^<&\n]+|[<&]/g;

/**
 * Reads the text of a cue into nodes, never into markup: files come from anywhere. Override codes that converters leave
 * behind (`{\an8}`) are dropped.
 */
export function parseCueText(text: string): CueNode[] {
  const root: CueNode[] = [];
  const open: { name: string; children: CueNode[] }[] = [{ name: '', children: root }];
  const add = (node: CueNode): void => {
    const into = open.at(-1)?.children ?? root;
    const last = into.at(-1);
    if (typeof node === 'string' && typeof last === 'string') into[into.length - 1] = last + node;
    else into.push(node);
  };
  for (const [whole, tag, entity] of text.replaceAll(/\{\\[^}]*\}/g, '').matchAll(token)) {
    if (tag !== undefined) readTag(tag, open, add);
    else if (entity !== undefined) add(entities[entity] ?? whole);
    else if (whole === '\n') add({ tag: 'br', classes: [], children: [] });
    else add(whole);
  }
  return root;
}

function readTag(tag: string, open: { name: string; children: CueNode[] }[], add: (node: CueNode) => void): void {
  const [, slash, name = '', classes = ''] = /^(\/?)([a-z]+)((?:\.[\w-]+)*)/i.exec(tag.trim()) ?? [];
  const known = tags[name.toLowerCase()];
  if (!known) return; // a time stamp, or a tag nobody knows
  if (slash) {
    const at = open.findLastIndex((each) => each.name === name.toLowerCase());
    if (at > 0) open.length = at;
    return;
  }
  const children: CueNode[] = [];
  add({ tag: known, classes: classes.split('.').filter(Boolean), children });
  open.push({ name: name.toLowerCase(), children });
}
