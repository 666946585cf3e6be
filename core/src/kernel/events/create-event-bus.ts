import type { Logger } from 'pino';
import type { EventBus, EventName, ServerEvents } from './event-bus.ts';

type AnyListener = Parameters<EventBus['onAny']>[0];

/** Listeners are called at once and in the order they came; one that throws or rejects is logged and hurts nobody else. */
export function createEventBus(logger: Logger): EventBus {
  const byName = new Map<EventName, Set<(payload: never) => unknown>>();
  const anyListeners = new Set<AnyListener>();

  const call = (name: EventName, listener: () => unknown): void => {
    const failed = (error: unknown): void => {
      // A line in the log is such an event itself: logging its failure would fail again, for ever.
      if (name === 'log.line') process.emitWarning(error as Error);
      else logger.error({ err: error, event: name }, 'A listener of an event failed.');
    };
    try {
      const answer = listener();
      if (answer instanceof Promise) answer.catch(failed);
    } catch (error) {
      failed(error);
    }
  };

  return {
    emit(name, payload) {
      for (const listener of [...(byName.get(name) ?? [])]) call(name, () => listener(payload as never));
      for (const listener of [...anyListeners]) call(name, () => listener(name, payload));
    },
    on<K extends EventName>(name: K, listener: (payload: ServerEvents[K]) => void) {
      const listeners = byName.get(name) ?? new Set();
      byName.set(name, listeners);
      // Wrapped, so that the same function may listen twice and each listening ends by itself.
      const entry = (payload: ServerEvents[K]): unknown => listener(payload);
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    onAny(listener) {
      const entry: AnyListener = (name, payload) => listener(name, payload);
      anyListeners.add(entry);
      return () => void anyListeners.delete(entry);
    },
  };
}
