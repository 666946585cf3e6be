import { z } from 'zod';
import { defineContract, method, optional } from '../contract.ts';
import { ExternalIds, MediaEntry, MediaType, page } from '../media.ts';

const entry = z.object({ type: MediaType, id: z.string() });

/**
 * A source of descriptions: searches titles and tells all about one.
 * The host merges what several sources say, in the order of their connections, and stores where each field came from.
 */
export const metadata = defineContract(
  'metadata@1',
  z.object({ media: z.array(MediaType).min(1), sections: z.array(z.string()).optional() }),
  {
    /** Candidates for a title, best first. `year` is a hint, not a filter. */
    search: method(
      z.object({ type: MediaType, query: z.string(), year: z.int().optional(), cursor: z.string().optional() }),
      page(MediaEntry),
    ),
    /** All about one title; `not_found` when the service does not know the id. */
    get: method(entry, MediaEntry),
    /** Seasons of a show, or the episodes of one season. */
    children: optional(method(entry.extend({ season: z.int().min(0).optional(), cursor: z.string().optional() }), page(MediaEntry))),
    /** The service's own id for somebody else's. */
    resolve: optional(method(z.object({ type: MediaType, ids: ExternalIds }), z.object({ id: z.string().optional() }))),
    discover: optional(method(z.object({ type: MediaType, section: z.string(), cursor: z.string().optional() }), page(MediaEntry))),
    similar: optional(method(entry.extend({ cursor: z.string().optional() }), page(MediaEntry))),
    calendar: optional(method(z.object({ type: MediaType, from: z.iso.date(), to: z.iso.date() }), page(MediaEntry))),
  },
);
