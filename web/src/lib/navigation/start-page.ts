import type { Session } from '#lib/session/session.svelte.ts';
import { links } from './links.ts';

/** Where a visitor begins: the dashboard who may read, the set-up of a new server, else the sign-in page. */
export function startPage(session: Session): string {
  if (session.mayRead) return links.dashboard();
  return session.server?.needed ? links.setup() : links.login();
}
