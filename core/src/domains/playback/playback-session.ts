import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SegmentSource } from './convert/segment-source.ts';
import type { Decision } from './decide-playback.ts';
import type { MediaFacts } from './media-facts.ts';

/** What a session is about; does not change while it lasts. */
export interface SessionFacts {
  id: string;
  accountId: string;
  accountName: string;
  /** The sign-in it was begun with; absent for guests and API tokens. */
  loginId: string | undefined;
  itemId: number;
  title: string;
  media: MediaFacts;
  /** Real path of the file. */
  path: string;
  decision: Decision;
  /** Absent for direct play. */
  stream: SegmentSource | undefined;
  /** Of parts in front of this one, and of all parts together. */
  beforeMs: number;
  totalMs: number;
  /** Browser and system, for the list of sessions. */
  client: string;
  startedAt: number;
  /** A trailer or the like, whose progress is nobody's business. */
  isExtra: boolean;
}

/** A connection that closes is forgiven for this long: players drop one request for another when somebody seeks. */
const graceMs = 1000;

/** Somebody who watches something. Knows whether the client is still there, as far as its connections tell. */
export class PlaybackSession {
  readonly facts: SessionFacts;
  positionMs: number;
  paused = false;
  audioIndex: number | null;
  /** When the client was last heard of, in any way. */
  lastContact: number;
  /** When it last asked for bytes. */
  lastRequest: number;
  readonly #sockets = new Set<Socket>();
  #active = 0;
  #check: NodeJS.Timeout | undefined;

  constructor(facts: SessionFacts, positionMs: number) {
    this.facts = facts;
    this.positionMs = positionMs;
    this.audioIndex = facts.decision.audioIndex;
    this.lastContact = this.lastRequest = facts.startedAt;
  }

  get isSending(): boolean {
    return this.#active > 0;
  }

  /** Nothing is on its way to the client and no connection of it is open: it left, or has all it wants for now. */
  get isQuiet(): boolean {
    return this.#active === 0 && this.#sockets.size === 0 && Date.now() - this.lastRequest >= graceMs;
  }

  touch(): void {
    this.lastContact = Date.now();
  }

  /** A request for bytes of this session. When the client breaks off, ffmpeg ends soon after. */
  attend(request: IncomingMessage, response: ServerResponse): void {
    this.touch();
    this.lastRequest = this.lastContact;
    this.#active++;
    response.once('close', () => {
      this.#active--;
      this.touch();
      if (!response.writableFinished) this.#checkSoon();
    });
    const { socket } = request;
    // A connection for one request only (a proxy's, mostly) closes with it, which says nothing.
    if (!response.shouldKeepAlive || this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#checkSoon();
    });
  }

  /** No more checks. */
  forget(): void {
    clearTimeout(this.#check);
    this.#sockets.clear();
  }

  #checkSoon(): void {
    clearTimeout(this.#check);
    this.#check = setTimeout(() => {
      if (this.isQuiet) void this.facts.stream?.release();
    }, graceMs);
    this.#check.unref();
  }
}
