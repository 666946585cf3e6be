import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type Pair } from 'yaml';
import type { ConfigPath } from './environment.ts';

export interface Place {
  line: number;
  column: number;
}

/** A parsed YAML file that remembers where everything stands. */
export interface YamlFile {
  value: unknown;
  /** Faults of the YAML itself. */
  faults: (Place & { message: string })[];
  /** The YAML is too broken for its values to mean anything. */
  broken: boolean;
  /** Where the value at `path` stands, or the nearest thing around it. */
  placeOf(path: ConfigPath): Place;
  /** Where the key that ends `path` stands. */
  placeOfKey(path: ConfigPath): Place;
}

export function parseYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, merge: true });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = document.errors.some((error) => error.code !== 'DUPLICATE_KEY');
  const faults = [...document.errors, ...document.warnings].map((error) => ({
    ...place(error.pos[0]),
    message: `YAML: ${error.message.split('\n')[0] ?? error.code}`,
  }));
  return {
    value: broken ? undefined : document.toJS({ maxAliasCount: 100 }),
    faults,
    broken,
    placeOf: (path) => place(nearest(document, path)?.range?.[0] ?? 0),
    placeOfKey: (path) => place(keyOffset(document, path) ?? nearest(document, path)?.range?.[0] ?? 0),
  };
}

function nearest(document: Document.Parsed, path: ConfigPath): Node | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (node && typeof node === 'object' && 'range' in node) return node as Node;
  }
  return document.contents ?? undefined;
}

function keyOffset(document: Document.Parsed, path: ConfigPath): number | undefined {
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const key = path.at(-1);
  if (isSeq(parent)) return (parent.items[Number(key)] as Node | undefined)?.range?.[0];
  if (!isMap(parent)) return undefined;
  const pair = (parent.items as Pair[]).find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}
