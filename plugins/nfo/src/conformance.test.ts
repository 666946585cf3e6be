import { describe, it } from 'vitest';
import { describeLocalMetadata } from '@vitascope/sdk/testing';
import plugin from './index.ts';

describeLocalMetadata(plugin, {
  kind: 'nfo',
  runner: { describe, it },
  examples: [
    {
      subject: {
        name: 'Glass Harbour (2014).mkv',
        type: 'movie',
        files: [
          {
            path: 'movie.nfo',
            text: '<movie><title>Glass Harbour</title><year>2014</year><uniqueid type="tmdb">7</uniqueid></movie>',
          },
        ],
      },
      says: { type: 'movie', title: 'Glass Harbour', year: 2014, ids: { tmdb: '7' } },
    },
    {
      subject: {
        name: 'Tide Tables S01E02.mkv',
        type: 'episode',
        files: [
          { path: 'broken.nfo', text: '<episodedetails><title>Half' },
          {
            path: 'x.nfo',
            text: '<episodedetails><title>Neap</title><season>1</season><episode>2</episode></episodedetails>',
          },
        ],
      },
      says: { type: 'episode', title: 'Neap', season: 1, episode: 2 },
    },
    {
      subject: {
        name: 'Tide Tables',
        type: 'show',
        files: [{ path: 'tvshow.nfo', text: 'https://www.themoviedb.org/tv/8812' }],
      },
      says: { type: 'show', ids: { tmdb: '8812' } },
    },
  ],
});
