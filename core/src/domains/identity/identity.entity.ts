import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** Times are milliseconds since 1970. */
const time = () => p.bigint('number');

export const AccountEntity = defineEntity({
  name: 'Account',
  tableName: 'accounts',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    foldedName: p.text().unique(),
    displayName: p.text(),
    passwordHash: p.text().nullable(),
    role: p.text().$type<'admin' | 'user' | 'guest'>(),
    enabled: p.boolean(),
    locale: p.text(),
    timeZone: p.text(),
    preferences: p.json<Record<string, unknown>>(),
    createdAt: time(),
    updatedAt: time(),
    lastSeenAt: time().nullable(),
  },
});
export type AccountRow = InferEntity<typeof AccountEntity>;

export const SessionEntity = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    tokenHash: p.text().unique(),
    tokenExpiresAt: time(),
    refreshHash: p.text().unique(),
    previousRefreshHash: p.text().nullable(),
    userAgent: p.text(),
    address: p.text(),
    createdAt: time(),
    lastUsedAt: time(),
    expiresAt: time(),
  },
});
export type SessionRow = InferEntity<typeof SessionEntity>;

export const ApiTokenEntity = defineEntity({
  name: 'ApiToken',
  tableName: 'api_tokens',
  properties: {
    id: p.uuid().primary(),
    accountId: p.uuid(),
    name: p.text(),
    prefix: p.text(),
    tokenHash: p.text().unique(),
    scopes: p.json<string[]>(),
    createdAt: time(),
    lastUsedAt: time().nullable(),
    expiresAt: time().nullable(),
  },
});
export type ApiTokenRow = InferEntity<typeof ApiTokenEntity>;
