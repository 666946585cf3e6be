import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { HttpAnswer, HttpRequest } from '@vitascope/sdk/runtime';

interface Kept {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

const totalBytes = 32 * 2 ** 20;
const largest = 2 * 2 ** 20;

/** Good answers to GET, kept in memory for as long as the plugin said; equal requests at the same time are sent once. */
export class AnswerCache {
  readonly #kept = new LRUCache<string, Kept>({
    maxSize: totalBytes,
    sizeCalculation: ({ body }) => body.length + 500,
  });
  readonly #pending = new Map<string, Promise<Kept | undefined>>();

  static keyOf(owner: string, { url, headers }: HttpRequest): string {
    // the headers carry the key and the language: answers to others are other answers
    return `${owner} ${createHash('sha256')
      .update(JSON.stringify([url, headers]))
      .digest('base64url')}`;
  }

  async get(key: string, ttlMs: number, load: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const pending = this.#pending.get(key);
    const kept = this.#kept.get(key) ?? (pending && (await pending));
    if (kept) return answerOf(kept);
    const loading = load();
    const reading = loading.then((answer) => this.#keep(key, ttlMs, answer));
    const shared = reading.then(({ kept: k }) => k);
    // whoever waits for this one asks for itself when it fails
    this.#pending.set(
      key,
      shared.catch(() => undefined),
    );
    try {
      return (await reading).answer;
    } finally {
      this.#pending.delete(key);
    }
  }

  forget(owner: string): void {
    for (const key of this.#kept.keys()) if (key.startsWith(`${owner} `)) this.#kept.delete(key);
  }

  async #keep(key: string, ttl: number, answer: HttpAnswer): Promise<{ kept?: Kept; answer: HttpAnswer }> {
    const length = Number(answer.headers['content-length'] ?? 0);
    if (answer.status !== 200 || length > largest || !answer.body) return { answer };
    const body = await new Response(answer.body as never).bytes();
    const kept = { status: answer.status, headers: answer.headers, body };
    if (body.length <= largest) this.#kept.set(key, kept, { ttl });
    return { kept, answer: answerOf(kept) };
  }
}

const answerOf = ({ status, headers, body }: Kept): HttpAnswer => ({
  status,
  headers,
  body: ReadableStream.from([body]) as unknown as ReadableStream<Uint8Array>,
});
