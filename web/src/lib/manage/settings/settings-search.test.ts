import { expect, it } from 'vitest';
import { searchSettings, type Searchable } from './settings-search.ts';

const entries: Searchable[] = [
  {
    label: 'Playback',
    href: '/p',
    members: [
      { label: 'Hardware device', text: 'Device of the acceleration.', href: '/p#device' },
      { label: 'Max transcodes', text: 'Conversions that may run at once.', href: '/p#max' },
    ],
  },
  { label: 'Log', href: '/l', members: [{ label: 'Level', text: 'Least serious level.', href: '/l#level' }] },
];

it('finds settings by name before those it finds by description', () => {
  expect(searchSettings(entries, 'level').map((hit) => hit.href)).toEqual(['/l#level']);
  expect(searchSettings(entries, 'AT ONCE').map((hit) => hit.href)).toEqual(['/p#max']);
  expect(searchSettings(entries, 'device').map((hit) => hit.label)).toEqual(['Hardware device']);
});

it('finds pages, and nothing for no words', () => {
  expect(searchSettings(entries, 'log')[0]).toEqual({ href: '/l', label: 'Log', page: '' });
  expect(searchSettings(entries, '  ')).toEqual([]);
});
