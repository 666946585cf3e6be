import { AsyncParallelHook, AsyncSeriesBailHook, AsyncSeriesWaterfallHook } from 'tapable';
import type { Decisions, Events, Filters, HookVerb, Stage } from '@vitascope/sdk';

/** On whose behalf a hook is called; everything may be left out. */
export interface HookScope {
  accountId?: string;
  requestId?: string;
  signal?: AbortSignal;
}

/** One plugin's handler of one hook. It never rejects: failures are reported by whoever made it, and count as no opinion. */
export interface HookTap {
  pluginId: string;
  verb: HookVerb;
  name: string;
  stage: Stage;
  /** The user's order of plugins; lower runs first. */
  order: number;
  run(input: unknown, scope: HookScope): Promise<unknown>;
}

type Hook = {
  tapPromise(name: string, fn: (...args: any[]) => Promise<any>): void;
  promise(...args: any[]): Promise<any>;
};

const stages: Record<Stage, number> = { early: 0, normal: 1, late: 2 };

/** What domains call. With nobody listening a call costs a map look-up. */
export interface Hooks {
  /** Whether anybody listens: for callers that would have to prepare something. */
  has(verb: HookVerb, name: string): boolean;
  /** Tells everybody, in parallel; resolves when all have heard, and never rejects. */
  emit<K extends keyof Events>(name: K, payload: Events[K], scope?: HookScope): Promise<void>;
  /** Passes the value from one to the next; what is no object or array of the same kind is ignored. */
  filter<K extends keyof Filters>(name: K, value: Filters[K], scope?: HookScope): Promise<Filters[K]>;
  /** The first answer, and whose it is. */
  decide<K extends keyof Decisions>(
    name: K,
    question: Decisions[K][0],
    scope?: HookScope,
  ): Promise<(Decisions[K][1] & { plugin: string }) | undefined>;
}

/**
 * Hooks with taps that come and go. A tapable hook cannot be un-tapped: the list of taps is kept here, and each change makes a
 * fresh hook and swaps it in; calls in flight finish on the old one.
 */
export class HookBus implements Hooks {
  readonly #taps: Record<HookVerb, Map<string, HookTap[]>> = { on: new Map(), filter: new Map(), decide: new Map() };
  readonly #hooks: Record<HookVerb, Map<string, Hook>> = { on: new Map(), filter: new Map(), decide: new Map() };

  add(taps: readonly HookTap[]): void {
    for (const tap of taps) this.#change(tap.verb, tap.name, (list) => [...list, tap]);
  }

  remove(pluginId: string): void {
    for (const verb of verbs) {
      for (const name of [...this.#taps[verb].keys()])
        this.#change(verb, name, (list) => list.filter((tap) => tap.pluginId !== pluginId));
    }
  }

  /** Plugins that listen to anything. */
  owners(): string[] {
    const taps = verbs.flatMap((verb) => [...this.#taps[verb].values()].flat());
    return [...new Set(taps.map((tap) => tap.pluginId))];
  }

  /** Who listens to a hook, in the order they run. */
  listeners(verb: HookVerb, name: string): string[] {
    return (this.#taps[verb].get(name) ?? []).map((tap) => tap.pluginId);
  }

  has(verb: HookVerb, name: string): boolean {
    return this.#hooks[verb].has(name);
  }

  emit<K extends keyof Events>(name: K, payload: Events[K], scope: HookScope = nobody): Promise<void> {
    return this.#hooks.on.get(name)?.promise(payload, scope) ?? heard;
  }

  async filter<K extends keyof Filters>(name: K, value: Filters[K], scope: HookScope = {}): Promise<Filters[K]> {
    const hook = this.#hooks.filter.get(name);
    return hook ? hook.promise(value, scope) : value;
  }

  async decide<K extends keyof Decisions>(
    name: K,
    question: Decisions[K][0],
    scope: HookScope = {},
  ): Promise<(Decisions[K][1] & { plugin: string }) | undefined> {
    return this.#hooks.decide.get(name)?.promise(question, scope);
  }

  #change(verb: HookVerb, name: string, change: (list: readonly HookTap[]) => HookTap[]): void {
    const list = change(this.#taps[verb].get(name) ?? []).sort(byTurn);
    if (list.length === 0) {
      this.#taps[verb].delete(name);
      this.#hooks[verb].delete(name);
      return;
    }
    this.#taps[verb].set(name, list);
    this.#hooks[verb].set(name, build(list));
  }
}

const verbs = ['on', 'filter', 'decide'] as const satisfies HookVerb[];
const nobody: HookScope = Object.freeze({});
const heard = Promise.resolve();

const byTurn = (a: HookTap, b: HookTap): number =>
  stages[a.stage] - stages[b.stage] || a.order - b.order || (a.pluginId < b.pluginId ? -1 : 1);

function build(taps: readonly HookTap[]): Hook {
  const { verb } = taps[0]!;
  const hook = makeHook[verb]();
  for (const tap of taps) hook.tapPromise(tap.pluginId, runners[verb](tap));
  return hook;
}

const makeHook: Record<HookVerb, () => Hook> = {
  on: () => new AsyncParallelHook<[unknown, HookScope]>(['payload', 'scope']) as unknown as Hook,
  filter: () => new AsyncSeriesWaterfallHook<[unknown, HookScope]>(['value', 'scope']) as unknown as Hook,
  decide: () => new AsyncSeriesBailHook<[unknown, HookScope], unknown>(['question', 'scope']) as unknown as Hook,
};

type Runner = (tap: HookTap) => (input: unknown, scope: HookScope) => Promise<unknown>;

const runners: Record<HookVerb, Runner> = {
  on: (tap) => tap.run,
  filter: (tap) => async (value, scope) => {
    const answer = await tap.run(value, scope);
    return isSameKind(answer, value) ? answer : undefined;
  },
  decide: (tap) => async (question, scope) => {
    const answer = await tap.run(question, scope);
    return isSameKind(answer, {}) ? { ...(answer as object), plugin: tap.pluginId } : undefined;
  },
};

const isSameKind = (answer: unknown, value: unknown): boolean =>
  typeof answer === 'object' && answer !== null && Array.isArray(answer) === Array.isArray(value);
