import { describe, expect, it } from 'vitest';
import { highestInRange } from '../version-range.ts';
import { parseSource } from './package-source.ts';

describe('a source', () => {
  it.each([
    ['npm:plugin', { kind: 'npm', name: 'plugin' }],
    ['npm:@some/plugin@^1.2.0', { kind: 'npm', name: '@some/plugin', range: '^1.2.0' }],
    ['npm:plugin@>=1.0.0 <2.0.0', { kind: 'npm', name: 'plugin', range: '>=1.0.0 <2.0.0' }],
    ['index:example', { kind: 'index', id: 'example' }],
    ['/a/b.tgz', { kind: 'path', path: '/a/b.tgz' }],
    ['https://a.example/b.tgz', { kind: 'address', url: new URL('https://a.example/b.tgz') }],
  ])('%s is understood', (text, source) => {
    expect(parseSource(text)).toEqual(source);
  });

  it.each(['', 'b.tgz', '../b.tgz', 'npm:', 'npm:../x', 'npm:a@', 'index:No', 'ftp://a/b', 'file:///a/b.tgz'])(
    '%j is refused',
    (text) => {
      expect(() => parseSource(text)).toThrow(expect.objectContaining({ code: 'bad_request' }));
    },
  );
});

describe('the highest version in a range', () => {
  const versions = ['1.0.0', '1.10.0', '1.9.9', '2.0.0', '1.11.0-beta.1'];
  it.each([
    ['^1.0.0', '1.10.0'],
    ['~1.9.0', '1.9.9'],
    ['>=1.0.0 <3.0.0', '2.0.0'],
    ['^3.0.0', undefined],
    ['*', undefined],
  ])('%s: %s', (range, version) => {
    expect(highestInRange(versions, range)).toBe(version);
  });
});
