import { describe, it } from 'node:test';
import { describeMetadata } from '@vitascope/sdk/testing';
import plugin from './index.ts';

const shelf = [
  { id: 1, name: 'A Film', year: 1999, about: 'About it.' },
  { id: 2, name: 'Another Film' },
];

/** Plays the service, so that no test needs a network. */
function respond(request: Request): Response {
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === '/me') return Response.json({ name: 'Ada' });
  if (pathname === '/films') {
    return Response.json(shelf.filter((film) => film.name.includes(searchParams.get('q') ?? '')));
  }
  const film = shelf.find(({ id }) => pathname === `/films/${id}`);
  return film ? Response.json(film) : new Response('{}', { status: 404 });
}

// The conformance suite: what every source of metadata has to do, and how it has to fail.
describeMetadata(plugin, {
  runner: { describe, it },
  kind: '{{id}}',
  settings: { url: 'https://films.example', key: 'k-0123456789' },
  respond,
  found: { type: 'movie', query: 'Film' },
  nothing: { type: 'movie', query: 'zzz' },
  entry: { type: 'movie', id: '1' },
  missing: { type: 'movie', id: '3' },
  unsupported: 'show',
});
