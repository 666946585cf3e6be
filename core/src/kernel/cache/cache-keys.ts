import { createHash } from 'node:crypto';
import type { CachePolicy } from './cache.ts';

const minute = 60_000;
const hour = 60 * minute;

/** Where a value is kept and for how long. */
export interface CacheKey extends CachePolicy {
  key: string;
}

/** One answer for equal questions, in whatever order their members come. */
export function hashQuery(query: unknown): string {
  return createHash('sha256').update(canonical(query)).digest('base64url').slice(0, 22);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

/** The keys of version 1. A change of a value's shape takes the next version, so that old values are never read as new ones. */
export const cacheKeys = {
  discover: (query: unknown): CacheKey => ({
    key: `vitascope:v1:discover:${hashQuery(query)}`,
    ttlMs: 10 * minute,
    staleMs: 24 * hour,
    tags: ['discover'],
  }),
  dashboard: (accountId: string): CacheKey => ({
    key: `vitascope:v1:dashboard:${accountId}`,
    ttlMs: 2 * minute,
    tags: ['dashboard'],
  }),
  continueWatching: (accountId: string): CacheKey => ({
    key: `vitascope:v1:continue-watching:${accountId}`,
    ttlMs: 2 * minute,
    tags: ['continue-watching'],
  }),
  recommendations: (accountId: string): CacheKey => ({
    key: `vitascope:v1:recommendations:${accountId}`,
    ttlMs: 30 * minute,
    staleMs: 24 * hour,
    tags: ['recommendations'],
  }),
  /** `month`: `2026-05` */
  calendar: (accountId: string, month: string): CacheKey => ({
    key: `vitascope:v1:calendar:${accountId}:${month}`,
    ttlMs: 6 * hour,
    staleMs: 24 * hour,
    tags: ['calendar'],
  }),
};

/** What a change makes out of date: keys for `Cache.delete`, tags for `Cache.invalidate`. */
export const outdatedBy = {
  watchLater: (accountId: string) => ({
    keys: [cacheKeys.dashboard(accountId).key, cacheKeys.recommendations(accountId).key],
  }),
  progress: (accountId: string) => ({
    keys: [cacheKeys.continueWatching(accountId).key, cacheKeys.dashboard(accountId).key],
  }),
  recommendations: (accountId: string) => ({ keys: [cacheKeys.recommendations(accountId).key] }),
  metadataSync: () => ({ tags: ['discover'] }),
};
