/** Where to go after signing in: the given path when it stays on this server, else the fallback. */
export function safeNext(next: string | null, fallback: string): string {
  if (!next || !next.startsWith('/') || /^\/[/\\]/.test(next)) return fallback;
  return next;
}
