import type { PluginError } from '@vitascope/sdk';
import { PluginClient, type HostListeners, type HostServices } from '@vitascope/sdk/runtime';
import { AppError } from '../../errors.ts';
import type { Logger } from '../../log/logger.ts';
import { scopeOf, type HostScope } from '../host-scope.ts';
import { introduce, type Introduction } from '../introduce.ts';
import { endError, type LineStatus, type PluginLine } from '../plugin-line.ts';
import type { PluginChild } from './plugin-child.ts';

/** Times and limits, in milliseconds and bytes; tests take shorter ones. */
export interface ProcessLimits {
  /** From the start of the process until the plugin has described itself. */
  loadMs: number;
  /** A process that nobody asks anything for so long is ended; the next call starts it again. */
  idleMs: number;
  heartbeatMs: number;
  /** Without an answer to a heartbeat for so long it counts as hung. */
  silentMs: number;
  /** Pauses before a process that ended by itself is started again; after the last of them the plugin has failed. */
  restartMs: readonly number[];
  /** Ends by itself that lie further back than this are forgiven. */
  forgivenMs: number;
  memoryMb: number;
}

export const usualLimits: ProcessLimits = {
  loadMs: 15_000,
  idleMs: 300_000,
  heartbeatMs: 2000,
  silentMs: 15_000,
  restartMs: [0, 1000, 5000, 30_000],
  forgivenMs: 600_000,
  memoryMb: 192,
};

export interface ProcessLineParts {
  introduction: Introduction;
  start(): PluginChild;
  host: { services: HostServices<HostScope>; listeners: HostListeners<HostScope> };
  limits: ProcessLimits;
  logger: Logger;
  /** Its process is up, and it is what it should be. */
  started(): void;
  /** Its process ended by itself: why. */
  ended(reason: string): void;
  /** It ended too often, or did not come back: it is not started again. */
  failed(reason: string): void;
}

interface Running {
  child: PluginChild;
  client: PluginClient<HostScope>;
  ready: Promise<PluginClient<HostScope>>;
  watch: NodeJS.Timeout;
  /** Heartbeats since the last that was answered. Counted and not timed: a machine that slept is no plugin's fault. */
  unanswered: number;
  usedAt: number;
}

/**
 * The line to a plugin in a process of its own, which is started for the first call, rests when nobody calls, and is started again
 * when it ends by itself: four times, each later than the one before.
 */
export class ProcessLine implements PluginLine {
  readonly #parts: ProcessLineParts;
  #running: Running | undefined;
  #falls: number[] = [];
  #notBefore = 0;
  #closed: PluginError | undefined;

  constructor(parts: ProcessLineParts) {
    this.#parts = parts;
  }

  async client(): Promise<PluginClient<HostScope>> {
    if (this.#closed) throw this.#closed;
    if (!this.#running) {
      const wait = this.#notBefore - Date.now();
      if (wait > 0) throw resting(wait);
      this.#start();
    }
    const running = this.#running!;
    running.usedAt = Date.now();
    return running.ready;
  }

  status(): LineStatus {
    const { child } = this.#running ?? {};
    return {
      place: 'process',
      running: child !== undefined,
      ...(child?.pid !== undefined && { pid: child.pid }),
      ...(child?.residentBytes !== undefined && { residentBytes: child.residentBytes }),
      restarts: this.#falls.length,
    };
  }

  async close(reason: PluginError): Promise<boolean> {
    this.#closed = reason;
    await this.#rest(reason);
    return true;
  }

  #start(): void {
    const { host, limits } = this.#parts;
    const child = this.#parts.start();
    const client = new PluginClient<HostScope>(child.link, { ...host, fallback: scopeOf() });
    const now = Date.now();
    const watch = setInterval(() => this.#watch(running), limits.heartbeatMs);
    watch.unref();
    const running: Running = { child, client, watch, unanswered: 0, usedAt: now, ready: Promise.resolve(client) };
    this.#running = running;
    running.ready = this.#introduce(running);
    running.ready.catch(() => undefined);
    void child.ended.then(({ reason }) => this.#onEnd(running, reason));
  }

  /** Asks what the plugin is, before anything else, and hands it its options. */
  async #introduce(running: Running): Promise<PluginClient<HostScope>> {
    const { child, client } = running;
    const { introduction, limits, started } = this.#parts;
    const timer = setTimeout(
      () => child.kill(`It did not finish loading within ${limits.loadMs / 1000} s`),
      limits.loadMs,
    );
    try {
      await introduce(client, introduction);
      started();
      return client;
    } catch (error) {
      child.kill((error as Error).message);
      await child.ended;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #watch(running: Running): void {
    const { limits } = this.#parts;
    const { child, client } = running;
    const now = Date.now();
    const { calls, answering, streams } = client.open;
    if (calls + answering + streams > 0) running.usedAt = now;
    else if (now - running.usedAt > limits.idleMs && !this.#holdsState()) return void this.#rest(stopped);
    if ((child.residentBytes ?? 0) > limits.memoryMb * 2 * 1024 ** 2) {
      return child.kill(`It took more than the ${limits.memoryMb * 2} MB of memory that its process may take`);
    }
    if (running.unanswered * limits.heartbeatMs > limits.silentMs) {
      return child.kill(`It answered nothing for ${limits.silentMs / 1000} s: a loop that does not end, most likely`);
    }
    running.unanswered += 1;
    if (running.unanswered > 1) return;
    // It fails only with the process, whose end is heard of elsewhere.
    client.ping().then(
      () => (running.unanswered = 0),
      () => undefined,
    );
  }

  #holdsState(): boolean {
    return this.#parts.introduction.manifest.contributes.provides?.some(({ holdsState }) => holdsState) ?? false;
  }

  /** Ends the process; the next call starts another. */
  async #rest(reason: PluginError): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    if (!running) return;
    clearInterval(running.watch);
    // A process that does not answer is killed below.
    await running.client.close(reason).catch(() => undefined);
    await running.child.stop(patienceMs);
  }

  #onEnd(running: Running, reason: string): void {
    clearInterval(running.watch);
    const error = endError('internal', reason);
    running.client.break(error);
    if (this.#running !== running) return;
    this.#running = undefined;
    const { limits, logger, ended, failed } = this.#parts;
    const now = Date.now();
    this.#falls = [...this.#falls.filter((at) => now - at < limits.forgivenMs), now];
    const pause = limits.restartMs[this.#falls.length - 1];
    logger.error({ restarts: this.#falls.length }, `The process of a plugin ended: ${reason}`);
    if (pause === undefined) {
      this.#closed = error;
      return failed(
        `${reason}. It ended ${this.#falls.length} times in ${limits.forgivenMs / 60_000} minutes and is not started again.`,
      );
    }
    this.#notBefore = now + pause;
    ended(reason);
  }
}

const patienceMs = 2000;
const stopped = endError('cancelled', 'The process of the plugin rests');
const resting = (ms: number): AppError =>
  new AppError('unavailable', `The process of the plugin ended and is started again in ${Math.ceil(ms / 1000)} s.`, {
    details: { retry_after_seconds: Math.ceil(ms / 1000) },
  });
