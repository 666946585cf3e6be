import { definePlugin, fail, localMetadata } from '@vitascope/sdk';
import { files, pictures } from './globs.ts';
import { readNfo, type Reading } from './read-nfo.ts';
import { writeNfo } from './write-nfo.ts';

export default definePlugin({
  provides: [
    localMetadata(
      { kind: 'nfo', name: 'NFO files', icon: 'file-text', files, pictures },
      {
        check: async () => 'NFO files need no settings.',
        read: async ({ subjects }) => ({
          descriptions: subjects.map(({ type, name, files: sidecars }) => {
            const readings = sidecars.map(({ text }) => readNfo(text, { type, name }));
            return describe(readings.find(({ items }) => items.length > 0) ?? readings[0]);
          }),
        }),
        write: async ({ name, data }) => ({
          files: [writeNfo(name, data) ?? fail('unsupported', `There are no NFO files for ${data.type}`)],
        }),
      },
    ),
  ],
});

function describe(reading: Reading | undefined) {
  if (!reading) return { confidence: 0 };
  const [data, ...more] = reading.items;
  return {
    ...(data && { data }),
    ...(more.length > 0 && { more }),
    confidence: reading.confidence,
    ...(reading.problem && { problem: reading.problem }),
  };
}
