import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configExample, configJsonSchema, configMembers, configReference } from './config-reference.ts';
import { loadConfig } from './load-config.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vitascope-reference-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('the reference of the configuration', () => {
  it('describes every member', () => {
    for (const { path, description } of configMembers()) expect(description, path).not.toBe('');
    const markdown = configReference();
    for (const { path, isSection } of configMembers()) if (!isSection) expect(markdown).toContain(`\`${path}\``);
    expect(markdown).toContain('| `TMDB_API_KEY` | `services.tmdb.apiKey` |');
  });

  it('has an example for every member without a default, so that the example file shows them all', () => {
    for (const member of configMembers()) {
      const isShown =
        member.isSection || member.path.includes('[]') || member.default !== undefined || member.example !== undefined;
      expect(isShown, member.path).toBe(true);
    }
  });

  it('writes an example file that is valid as it stands, and with every comment taken away', () => {
    const file = join(directory, 'example.yaml');
    const secrets = { DB_PASSWORD: 'x', TMDB_API_KEY: 'k', TRAKT_CLIENT_ID: 'c', NZBGEEK_API_KEY: 'n' };
    const load = (environment: Record<string, string>) => loadConfig({ file, directory, environment });
    writeFileSync(file, configExample());
    expect(load({}).config).toEqual(loadConfig({ directory, environment: {} }).config);
    const everything = configExample()
      .split('\n')
      .map((line) => line.replace(/^(\s*)#(?! \S|$)/, '$1'))
      .join('\n')
      .replaceAll(/\$\{file:[^}]*\}/g, 'a-secret-of-at-least-32-characters');
    writeFileSync(file, everything);
    const { config } = load(secrets);
    expect(config.libraries[0]?.folders).toEqual(['/srv/media/films']);
    expect(config.database.url).toBe('postgresql://vitascope:x@db/vitascope');
    expect(config.server).toMatchObject({ port: 8420, publicUrl: 'https://tv.example/vita' });
  });

  it('is JSON Schema 2020-12 that knows all members and refuses others', () => {
    const schema = configJsonSchema() as {
      $schema: string;
      additionalProperties: boolean;
      properties: Record<string, { description: string; properties: object }>;
    };
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties.server?.properties).toHaveProperty('trustedProxies');
    expect(schema.properties.server?.description).toContain('listens');
  });
});
