import { describe, expect, it } from 'vitest';
import { joinSecrets, mergeSecrets, splitSecrets } from './secret-fields.ts';

const schema = {
  properties: {
    url: { type: 'string' },
    key: { type: 'string', secret: true },
    login: { properties: { name: {}, password: { secret: true } } },
    servers: { items: { properties: { host: {}, pass: { secret: true } } } },
    maybe: { anyOf: [{ type: 'string', secret: true }, { type: 'null' }] },
  },
};

describe('secrets in settings', () => {
  it('are taken out wherever they stand, and put back', () => {
    const values = {
      url: 'u',
      key: 'k',
      login: { name: 'n', password: 'p' },
      servers: [{ host: 'h', pass: 's' }],
      maybe: 'm',
    };
    const split = splitSecrets(schema, values);
    expect(split.plain).toEqual({ url: 'u', login: { name: 'n' }, servers: [{ host: 'h' }] });
    expect(split.secrets).toEqual({ key: 'k', 'login.password': 'p', 'servers.0.pass': 's', maybe: 'm' });
    expect(joinSecrets(split)).toEqual(values);
  });
  it('stay when they are left out, go when they are null', () => {
    const before = { key: 'k', 'login.password': 'p' };
    expect(mergeSecrets(before, splitSecrets(schema, { url: 'x' }))).toEqual(before);
    expect(mergeSecrets(before, splitSecrets(schema, { key: null, login: { password: 'new' } }))).toEqual({
      'login.password': 'new',
    });
  });
  it('are text, and never leave the object', () => {
    expect(() => splitSecrets(schema, { key: { nested: 'secret' } })).toThrow('key: a secret is text');
    expect(splitSecrets(undefined, { a: 1 })).toEqual({ plain: { a: 1 }, secrets: {}, removed: [] });
    joinSecrets({ plain: {}, secrets: { '__proto__.polluted': 'x', 'a.__proto__': 'y' } });
    expect(({} as any).polluted).toBeUndefined();
  });
});
