import { XMLParser } from 'fast-xml-parser';

/** An element: its text as `#text`, attributes as `@name`, children by name; one that may repeat is always a list. */
export type Node = Record<string, unknown>;

const repeated = new Set([
  'actor',
  'country',
  'creator',
  'credits',
  'director',
  'genre',
  'producer',
  'rating',
  'studio',
  'tag',
  'thumb',
  'uniqueid',
  'writer',
]);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  isArray: (name) => repeated.has(name),
});

/** One element of a file, parsed. `rest` is what stands outside of all of them: junk, or addresses. */
export interface Elements {
  nodes: Node[];
  rest: string;
}

/**
 * The elements called `root`, and nothing else: a document type with its entities, a second root, megabytes of junk before or
 * behind never reach the parser.
 * @throws Error when an element is not closed
 */
export function elementsOf(text: string, root: string): Elements {
  const opening = new RegExp(`<${root}(?=[\\s>/])`, 'gi');
  const closing = new RegExp(`</${root}\\s*>`, 'gi');
  const nodes: Node[] = [];
  let rest = '';
  let at = 0;
  for (let match = opening.exec(text); match; match = opening.exec(text)) {
    closing.lastIndex = match.index;
    if (!closing.exec(text)) throw new Error(`<${root}> is not closed: the file is cut short`);
    const end = closing.lastIndex;
    rest += text.slice(at, match.index);
    nodes.push(parseElement(text.slice(match.index, end)));
    opening.lastIndex = at = end;
  }
  return { nodes, rest: rest + text.slice(at) };
}

function parseElement(text: string): Node {
  const parsed = Object.values(parser.parse(text) as Node)[0];
  return typeof parsed === 'object' && parsed !== null ? (parsed as Node) : {};
}

/** The text of a child, entities resolved; undefined when there is none. */
export function textOf(value: unknown): string | undefined {
  const raw = Array.isArray(value) ? value[0] : value;
  const text = typeof raw === 'object' && raw !== null ? (raw as Node)['#text'] : raw;
  const plain = typeof text === 'string' ? decode(text).trim() : '';
  return plain === '' ? undefined : plain;
}

/** The texts of a repeated child. */
export const textsOf = (value: unknown): string[] => listOf(value).flatMap((item) => textOf(item) ?? []);

export const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

export const nodesOf = (value: unknown): Node[] =>
  listOf(value).filter((item): item is Node => typeof item === 'object' && item !== null);

export const attributeOf = (value: unknown, name: string): string | undefined =>
  typeof value === 'object' && value !== null ? textOf((value as Node)[`@${name}`]) : undefined;

export function numberOf(value: unknown): number | undefined {
  const text = textOf(value)?.replace(',', '.');
  const number = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** A whole number from 0 up. */
export function countOf(value: unknown): number | undefined {
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00A0' };

/** The five entities of XML, the one every web page has, and characters by number. Others stay as they are: none is expanded. */
const decode = (text: string): string =>
  text.includes('&')
    ? text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,5}));/gi, (all, decimal, hex, name) => {
        if (name) return named[name.toLowerCase()] ?? all;
        const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
        return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '';
      })
    : text;

/** Text for inside an element or attribute. Characters that XML cannot hold are left out. */
export const escape = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex -- these are the characters XML 1.0 forbids
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')
    .replace(/[&<>"]/g, (c) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[c]};`);
