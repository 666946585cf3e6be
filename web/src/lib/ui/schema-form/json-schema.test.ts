import { describe, expect, it } from 'vitest';
import { blankOf, planField, wordsOf, type JsonSchema } from './json-schema.ts';

const root: JsonSchema = { $defs: { Quality: { type: 'string', enum: ['sd', 'hd'] } } };

describe('planField', () => {
  it.each<[string, JsonSchema, string]>([
    ['a string', { type: 'string' }, 'text'],
    ['a secret', { type: 'string', secret: true }, 'secret'],
    ['an address', { type: 'string', format: 'uri' }, 'url'],
    ['an enum', { type: 'string', enum: ['a', 'b'] }, 'choice'],
    ['an enum by reference', { $ref: '#/$defs/Quality' }, 'choice'],
    ['a union of constants', { anyOf: [{ const: 'x', title: 'Ex' }, { const: 'y' }] }, 'choice'],
    ['a nullable number', { anyOf: [{ type: 'number' }, { type: 'null' }] }, 'number'],
    ['a list of strings', { type: 'array', items: { type: 'string' } }, 'list'],
    ['a list of choices', { type: 'array', items: { $ref: '#/$defs/Quality' } }, 'choices'],
    ['an object', { type: 'object', properties: {} }, 'group'],
    ['a record', { type: 'object', additionalProperties: { type: 'string' } }, 'map'],
    ['anything', {}, 'json'],
  ])('%s', (_name, schema, kind) => {
    expect(planField(schema, root).kind).toBe(kind);
  });

  it('keeps the words of a nullable around its inner schema', () => {
    const plan = planField({ description: 'Seconds.', anyOf: [{ type: 'integer' }, { type: 'null' }] }, root);
    expect(plan).toMatchObject({ nullable: true, integer: true, schema: { description: 'Seconds.' } });
  });
});

describe('wordsOf', () => {
  it.each([
    ['baseUrl', 'Base URL'],
    ['api_key', 'API key'],
    ['max-active', 'Max active'],
  ])('%s reads %s', (key, words) => expect(wordsOf(key)).toBe(words));
});

describe('blankOf', () => {
  it('takes defaults and what is required, and leaves the rest out', () => {
    const schema: JsonSchema = {
      type: 'object',
      properties: { port: { type: 'integer', default: 8420 }, name: { type: 'string' }, note: { type: 'string' } },
      required: ['name'],
    };
    expect(blankOf(schema, root)).toEqual({ port: 8420, name: '' });
  });
});
