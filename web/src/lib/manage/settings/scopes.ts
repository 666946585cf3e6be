import { m } from '#messages';

export type Scope = 'read' | 'write' | 'playback' | 'admin';

/** What a token may do, in words. */
export const scopeWords: Record<Scope, { label: () => string; text: () => string }> = {
  read: { label: m.scope_read, text: m.scope_read_text },
  write: { label: m.scope_write, text: m.scope_write_text },
  playback: { label: m.scope_playback, text: m.scope_playback_text },
  admin: { label: m.scope_admin, text: m.scope_admin_text },
};
