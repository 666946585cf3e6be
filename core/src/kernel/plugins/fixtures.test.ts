import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, it } from 'vitest';
import type { Plugin } from '@vitascope/sdk';
import { describeMetadata } from '@vitascope/sdk/testing';
import { importNatively } from './native-import.ts';
import { SdkProvision } from './sdk-provision.ts';

/** Loaded as a server loads it: a folder without node_modules, the SDK from the host. */
const folder = path.join(import.meta.dirname, '../../../../tests/fixtures/plugins/example');
const provision = new SdkProvision();
provision.add(folder);
const { default: example } = await importNatively(`${pathToFileURL(folder).href}/index.js?v=conformance`);
afterAll(() => provision.close());

describeMetadata(example as Plugin, {
  runner: { describe, it },
  kind: 'example-films',
  found: { type: 'movie', query: 'tides' },
  nothing: { type: 'movie', query: 'zzz' },
  paged: { type: 'movie', query: 'e' },
  entry: { type: 'movie', id: 'paper-moonlight' },
  missing: { type: 'movie', id: 'nothing' },
  unsupported: 'game',
});
