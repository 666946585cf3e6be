import type { Conn, Ctx } from './context.ts';
import { fail } from './errors.ts';
import type { Login } from './login.ts';
import type { In, Out, Schema } from './schema.ts';

/** One method of a contract: what goes in, what comes out, whether it streams, and how long it may take. */
export interface MethodSpec<I = any, O = any, Feed extends boolean = boolean, Optional extends boolean = boolean> {
  readonly input: Schema<any, I>;
  readonly output: Schema<O, any>;
  readonly feed: Feed;
  readonly optional: Optional;
  /** Milliseconds for the answer; of a feed, for each item. */
  readonly deadlineMs: number;
}

/** The methods of a contract by name. */
export type MethodSpecs = Record<string, MethodSpec>;

type MethodOf<M, C> =
  M extends MethodSpec<infer I, infer O, infer Feed, any>
    ? (input: I, c: C) => Feed extends true ? AsyncIterable<O> : Promise<O>
    : never;
type Needed<M> = { [K in keyof M]: M[K] extends { optional: true } ? never : K }[keyof M];
type Extra<M> = { [K in keyof M]: M[K] extends { optional: true } ? K : never }[keyof M];

/** What an author writes for these specs: required methods, optional ones, each `(input, c)`. */
export type Methods<M, C> = { [K in Needed<M>]: MethodOf<M[K], C> } & { [K in Extra<M>]?: MethodOf<M[K], C> };

/** Every provider has the Test button. */
export interface Check<C> {
  /** Proves that the connection works, cheaply; the text it may give is shown to the person who pressed the button. */
  check(input: Record<string, never>, c: C): Promise<string | void>;
}

/** Address, headers and pace of a connection's requests. */
export interface HttpDefaults {
  /** Paths are taken relative to this; headers and query go only to its origin. */
  base?: string;
  headers?: Record<string, string | undefined>;
  query?: Record<string, string | undefined>;
  /** How long answers to GET may be kept: `10m`, `24h`. */
  ttl?: string;
  /** `{ requests: 40, per: '10s' }`: the remote's limit, kept for the whole server together. */
  pace?: { requests: number; per: string };
}

/** What a provider says about itself beside its methods. */
export interface ProviderData<S extends Schema = any, Client = any> {
  /** The kind of connection, unique in its contract: `tmdb`. */
  kind: string;
  /** For people: `TMDB`. */
  name: string;
  /** A lucide icon's name. */
  icon?: string;
  /** What a person fills in. None: the connection is made by itself. */
  settings?: S;
  /** Ready-made settings, for example one indexer of a common protocol. */
  presets?: readonly { id: string; name: string; settings: Partial<In<NoInfer<S>>> }[];
  /** Signing in, where it takes steps; the host runs them, keeps the tokens encrypted and refreshes them. */
  login?: Login<NoInfer<S>>;
  /** Asked before each request. */
  http?(c: { settings: Out<NoInfer<S>>; token?: string; locale: string }): HttpDefaults;
  /** Only for what must live between calls. Its signal fires when the connection closes. */
  open?(c: Conn<NoInfer<S>>): Promise<Client>;
}

/** A provider as data: what `contract(data, methods)` gives and `provides` lists. */
export interface Provider {
  readonly $: 'provider';
  /** `metadata@1` */
  readonly contract: string;
  readonly data: ProviderData & Record<string, unknown>;
  /** Names of the data's members that belong to the contract. */
  readonly facts: Record<string, unknown>;
  readonly methods: Record<string, (input: any, c: any) => unknown>;
}

/** Settings of a provider that has none. */
export type NoSettings = Schema<Record<never, never>, Record<never, never>>;

/** A contract as data: everything but the call. */
export interface ContractInfo<Facts = any, M extends MethodSpecs = any> {
  /** `metadata@1`: name and major version. */
  readonly id: string;
  /** What a provider must say about itself. */
  readonly facts: Schema<any, Facts>;
  readonly methods: M;
  /** Whose connections: the server's, or each account's own. */
  readonly scope: 'server' | 'user';
  /** Only for bundled plugins, in the server's process. */
  readonly trusted: boolean;
}

/** A contract: call it with data and methods to make a provider. Settings and client are inferred from the data. */
export interface Contract<Facts = any, M extends MethodSpecs = any> extends ContractInfo<Facts, M> {
  <S extends Schema = NoSettings, Client = undefined>(
    data: ProviderData<S, Client> & (Record<string, never> extends Facts ? unknown : Facts),
    methods: Methods<M, Conn<S, Client>> & Check<Conn<S, Client>>,
  ): Provider;
}

/** Any contract. */
export type AnyContract = ContractInfo;

type SpecsOf<C> = C extends ContractInfo<any, infer M> ? M : never;

/** Names of the methods that answer once; feeds are not asked of many at a time. */
export type AskMethod<C> = {
  [K in keyof SpecsOf<C>]: SpecsOf<C>[K] extends MethodSpec<any, any, false, any> ? K : never;
}[keyof SpecsOf<C>] &
  string;
/** Input of a method. */
export type AskInput<C, K> = K extends keyof SpecsOf<C>
  ? SpecsOf<C>[K] extends MethodSpec<infer I>
    ? I
    : never
  : never;
/** Answer of a method; of a feed, all its items. */
export type AskOutput<C, K> = K extends keyof SpecsOf<C>
  ? SpecsOf<C>[K] extends MethodSpec<any, infer O, infer Feed>
    ? Feed extends true
      ? AsyncIterable<O>
      : O
    : never
  : never;

/** The methods of a contract over a context: to check a hand-written interface against the schemas. */
export type MethodsOf<C, Context = Ctx> = Methods<SpecsOf<C>, Context>;

/** Options of a method's spec. */
export interface MethodOptions {
  /** Milliseconds for the answer; of a feed, for each item. */
  deadlineMs?: number;
}

/** A method that answers once, within 15 s unless told. */
export const method = <I, O>(
  input: Schema<any, I>,
  output: Schema<O, any>,
  options: MethodOptions = {},
): MethodSpec<I, O, false, false> => ({ input, output, feed: false, optional: false, deadlineMs: 15_000, ...options });

/** A method that streams: an async generator, each yield one transaction in the host, within 60 s each unless told. */
export const feed = <I, O>(
  input: Schema<any, I>,
  item: Schema<O, any>,
  options: MethodOptions = {},
): MethodSpec<I, O, true, false> => ({
  input,
  output: item,
  feed: true,
  optional: false,
  deadlineMs: 60_000,
  ...options,
});

/** Makes a method one that a provider may leave out; those it has are its capabilities. */
export const optional = <I, O, Feed extends boolean>(
  spec: MethodSpec<I, O, Feed, false>,
): MethodSpec<I, O, Feed, true> => ({ ...spec, optional: true });

const ownData = ['kind', 'name', 'icon', 'settings', 'presets', 'login', 'http', 'open'];

/**
 * Defines a contract: `name@major`, the facts a provider states, the methods it keeps. One contract is one file and one line
 * in the host's registry.
 *
 * @example
 * ```ts
 * import { defineContract, definePlugin, method, z } from '@vitascope/sdk';
 * const weather = defineContract('weather@1', z.object({ regions: z.array(z.string()) }), {
 *   today: method(z.object({ place: z.string() }), z.object({ celsius: z.number() })),
 * });
 * export default definePlugin({
 *   provides: [
 *     weather(
 *       { kind: 'sun', name: 'Always sunny', regions: ['everywhere'] },
 *       { check: async () => 'It shines', today: async () => ({ celsius: 24 }) },
 *     ),
 *   ],
 * });
 * ```
 */
export function defineContract<Facts, const M extends MethodSpecs>(
  id: string,
  facts: Schema<any, Facts>,
  methods: M,
  options: { scope?: 'server' | 'user'; trusted?: boolean } = {},
): Contract<Facts, M> {
  const provide = (data: ProviderData & Record<string, unknown>, given: Provider['methods']): Provider => {
    checkMethods({ id, methods, kind: data.kind, given });
    const stated = Object.fromEntries(Object.entries(data).filter(([key]) => !ownData.includes(key)));
    return { $: 'provider', contract: id, data, facts: stated, methods: given };
  };
  return Object.assign(provide as unknown as Contract<Facts, M>, {
    id,
    facts,
    methods,
    scope: options.scope ?? ('server' as const),
    trusted: options.trusted ?? false,
  });
}

/** Types say this to TypeScript authors; plain JavaScript learns it here, when the module loads. */
function checkMethods(o: { id: string; methods: MethodSpecs; kind: string; given: Provider['methods'] }): void {
  const faults = [
    ...Object.keys(o.given)
      .filter((name) => name !== 'check' && !Object.hasOwn(o.methods, name))
      .map((name) => `there is no method "${name}"`),
    ...Object.entries(o.methods)
      .filter(([name, spec]) => !spec.optional && typeof o.given[name] !== 'function')
      .map(([name]) => `method "${name}" is missing`),
    ...(typeof o.given.check === 'function' ? [] : ['method "check" (the Test button) is missing']),
  ];
  if (faults.length) fail('invalid_config', `${o.id} provider "${o.kind}": ${faults.join('; ')}.`);
}
