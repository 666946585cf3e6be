import { describe, expect, it } from 'vitest';
import { guardedLookup, guardHost, namedHosts } from './address-guard.ts';

const open = { named: new Set<string>() };
const refused = (url: string, rules: Parameters<typeof guardHost>[1] = open) => {
  try {
    guardHost(new URL(url), rules);
    return false;
  } catch (error) {
    expect((error as { code: string }).code).toBe('forbidden');
    return true;
  }
};

describe('the address guard', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://10.2.3.4/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://[::1]/',
    'http://[fd00::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://0.0.0.0/',
    'http://[fe80::1]/',
    'http://224.0.0.1/',
    'file:///etc/passwd',
    'ftp://example.com/',
  ])('refuses %s', (url) => expect(refused(url)).toBe(true));

  it.each(['https://example.com/', 'http://93.184.216.34/', 'https://[2606:2800:220:1::1]/'])('allows %s', (url) =>
    expect(refused(url)).toBe(false),
  );

  it('allows the home network where a setting names the host, and never link-local', () => {
    const named = namedHosts({
      url: 'http://192.168.1.10:8096/base',
      list: ['nas.lan', { deep: '127.0.0.1:9000' }],
      text: 'not a host at all',
    });
    expect([...named]).toEqual(['192.168.1.10', 'nas.lan', '127.0.0.1']);
    expect(refused('http://192.168.1.10:9999/', { named })).toBe(false);
    expect(refused('http://127.0.0.1/', { named })).toBe(false);
    expect(refused('http://192.168.1.11/', { named })).toBe(true);
    expect(refused('http://169.254.169.254/', { named: new Set(['169.254.169.254']) })).toBe(true);
  });

  it('keeps to the hosts a manifest lists, beside those that settings name', () => {
    const rules = { named: new Set(['mine.example']), declared: ['api.films.example', '*.cdn.example'] };
    expect(refused('https://api.films.example/', rules)).toBe(false);
    expect(refused('https://a.b.cdn.example/', rules)).toBe(false);
    expect(refused('https://mine.example/', rules)).toBe(false);
    expect(refused('https://films.example/', rules)).toBe(true);
    expect(refused('https://evilcdn.example/', rules)).toBe(true);
    expect(refused('https://example.com/', { named: new Set(), declared: [] })).toBe(true);
  });

  it('judges a name by where it leads: localhost is this machine', async () => {
    const resolve = (named: string[]) =>
      new Promise<unknown>((done) => {
        guardedLookup({ named: new Set(named) })('localhost', { all: true } as never, (error, found) =>
          done(error ?? found),
        );
      });
    expect(await resolve([])).toMatchObject({ code: 'forbidden' });
    expect(await resolve(['localhost'])).toEqual(
      expect.arrayContaining([expect.objectContaining({ address: expect.any(String) })]),
    );
  });
});
