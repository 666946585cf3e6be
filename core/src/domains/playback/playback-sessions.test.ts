import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../kernel/log/logger.ts';
import type { SegmentSource } from './convert/segment-source.ts';
import type { PlaybackSettings } from './capabilities.ts';
import { PlaybackSession, type SessionFacts } from './playback-session.ts';
import { PlaybackSessions } from './playback-sessions.ts';

describe('playback sessions', () => {
  it('end with the login they were begun with, though what one converted cannot be removed', async () => {
    const closed: string[] = [];
    const sessions = new PlaybackSessions({
      settings: () => ({ maxTranscodes: 2 }) as ReturnType<PlaybackSettings>,
      folder: () => '/nowhere',
      onEnd: () => undefined,
      logger: silentLogger(),
    });
    const begin = (id: string, loginId: string): void => {
      const close = async (): Promise<void> => {
        closed.push(id);
        if (id === 'stuck') throw new Error('The folder is busy.');
      };
      const stream = { close } as unknown as SegmentSource;
      const facts = { id, loginId, accountId: 'a', stream, decision: { audioIndex: null }, startedAt: Date.now() };
      sessions.add(new PlaybackSession(facts as SessionFacts, 0));
    };
    begin('stuck', 'here');
    begin('other', 'here');
    begin('elsewhere', 'there');
    await sessions.endOfLogin('here');
    expect(closed).toEqual(['stuck', 'other']);
    expect(sessions.list().map(({ facts }) => facts.id)).toEqual(['elsewhere']);
  });
});
