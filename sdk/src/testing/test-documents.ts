import type { WireDocQuery } from '../runtime/protocol.ts';

/** Collections in memory, queried as the server's are. */
export class TestDocuments {
  readonly #collections = new Map<string, Map<string, unknown>>();

  of(collection: string): Map<string, unknown> {
    const known = this.#collections.get(collection) ?? new Map<string, unknown>();
    this.#collections.set(collection, known);
    return known;
  }

  query({ collection, where = {}, order, limit = 100, cursor = '0' }: WireDocQuery): {
    items: unknown[];
    next?: string;
  } {
    const docs = [...this.of(collection).values()] as Record<string, unknown>[];
    const equal = (doc: Record<string, unknown>) =>
      Object.entries(where).every(([member, value]) => JSON.stringify(doc[member]) === JSON.stringify(value));
    const member = order?.replace(/^-/, '');
    const sorted = docs.filter(equal).sort((a, b) => (member ? compare(a[member], b[member]) : 0));
    if (order?.startsWith('-')) sorted.reverse();
    const start = Number(cursor);
    const items = sorted.slice(start, start + limit);
    return start + limit < sorted.length ? { items, next: String(start + limit) } : { items };
  }
}

const compare = (a: unknown, b: unknown): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : Number(String(a) > String(b));
