import { z } from 'zod';
import type { Conn } from '../context.ts';
import { defineContract, method, optional, type Check, type ContractInfo, type NoSettings } from '../contract.ts';
import type { Provider, ProviderData } from '../contract.ts';
import { ExternalIds, MediaEntry, MediaType, page, type Page } from '../media.ts';
import type { Schema } from '../schema.ts';

/** What a metadata source answers. Throw `unsupported` for a type the service does not have. */
export interface MetadataMethods<C> {
  /** Candidates for a title, best first. `year` is a hint, not a filter. */
  search(input: { type: MediaType; query: string; year?: number; cursor?: string }, c: C): Promise<Page<MediaEntry>>;
  /** All about one title; throws `not_found` when the service does not know the id. */
  get(input: { type: MediaType; id: string }, c: C): Promise<MediaEntry>;
  /** Seasons of a show, or with `season` the episodes of that season. */
  children?(input: { type: MediaType; id: string; season?: number; cursor?: string }, c: C): Promise<Page<MediaEntry>>;
  /** The service's own id for somebody else's; absent when it knows none. */
  resolve?(input: { type: MediaType; ids: ExternalIds }, c: C): Promise<{ id?: string }>;
  /** One of the provider's `sections`, such as `popular`. */
  discover?(input: { type: MediaType; section: string; cursor?: string }, c: C): Promise<Page<MediaEntry>>;
  similar?(input: { type: MediaType; id: string; cursor?: string }, c: C): Promise<Page<MediaEntry>>;
  /** What comes out between two ISO days, both included. */
  calendar?(input: { type: MediaType; from: string; to: string }, c: C): Promise<Page<MediaEntry>>;
}

/** What a metadata source says about itself. */
export interface MetadataFacts {
  /** Types it knows. */
  media: MediaType[];
  /** Lists that `discover` gives. */
  sections?: string[];
}

const facts: z.ZodType<MetadataFacts, MetadataFacts> = z.object({
  media: z.array(MediaType).min(1),
  sections: z.array(z.string()).optional(),
});
const entry = z.object({ type: MediaType, id: z.string().min(1).max(500) });
const cursor = z.string().max(2000).optional();

const methods = {
  search: method(z.object({ type: MediaType, query: z.string(), year: z.int().optional(), cursor }), page(MediaEntry)),
  get: method(entry, MediaEntry),
  children: optional(method(entry.extend({ season: z.int().min(0).optional(), cursor }), page(MediaEntry))),
  resolve: optional(method(z.object({ type: MediaType, ids: ExternalIds }), z.object({ id: z.string().optional() }))),
  discover: optional(method(z.object({ type: MediaType, section: z.string(), cursor }), page(MediaEntry))),
  similar: optional(method(entry.extend({ cursor }), page(MediaEntry))),
  calendar: optional(method(z.object({ type: MediaType, from: z.iso.date(), to: z.iso.date() }), page(MediaEntry))),
};

/** The call of the `metadata` contract. */
export interface MetadataContract extends ContractInfo<MetadataFacts, typeof methods> {
  <S extends Schema = NoSettings, Client = undefined>(
    data: ProviderData<S, Client> & MetadataFacts,
    methods: MetadataMethods<Conn<S, Client>> & Check<Conn<S, Client>>,
  ): Provider;
}

/**
 * A source of descriptions: searches titles and tells all about one.
 * The host merges what several sources say, in the order of their connections, and stores where each field came from.
 *
 * @example
 * ```ts
 * import { definePlugin, metadata, secret, z } from '@vitascope/sdk';
 * const entry = (film: any) => ({ type: 'movie' as const, id: String(film.id), title: film.name });
 * export default definePlugin({
 *   provides: [
 *     metadata(
 *       {
 *         kind: 'films',
 *         name: 'Films',
 *         media: ['movie'],
 *         settings: z.object({ key: secret(), url: z.url().default('https://films.example') }),
 *         http: ({ settings }) => ({ base: settings.url, headers: { 'x-key': settings.key } }),
 *       },
 *       {
 *         check: async (_, c) => void (await c.http.json('status')),
 *         search: async ({ query }, c) => ({ items: c.each(await c.http.json('search', { query: { q: query } }), entry) }),
 *         get: async ({ id }, c) => entry(await c.http.json(`films/${id}`)),
 *       },
 *     ),
 *   ],
 * });
 * ```
 */
export const metadata: MetadataContract = defineContract('metadata@1', facts, methods) satisfies ContractInfo<
  MetadataFacts,
  typeof methods
>;
