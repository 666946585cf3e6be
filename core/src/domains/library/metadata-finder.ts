import { metadata, type ExternalIds, type MediaData, type MediaEntry } from '@vitascope/sdk';
import { AppError, codeOf } from '../../kernel/errors.ts';
import type { Providers, UsableConnection } from '../../kernel/plugins/providers.ts';
import type { Hooks } from '../../kernel/plugins/hook-bus.ts';
import type { MetadataSource } from '../catalog/catalog-entry.ts';
import { attribute, joinSources } from './merged-sources.ts';
import type { LibraryKind } from './library-store.ts';
import { alike, margin, scoreTitle, type Score, type TitleSubject, type TitleType } from './title-score.ts';

export interface TitleQuestion extends TitleSubject {
  libraryType?: LibraryKind;
  /** BCP 47; what language titles and descriptions are wanted in. */
  language?: string;
}

/** A title at a metadata connection. */
export interface Offer extends Score {
  connection: Pick<UsableConnection, 'id' | 'name'>;
  entry: MediaEntry;
}

export interface Failure {
  provider: string;
  message: string;
}

export interface Offers {
  /** Best first. */
  offers: Offer[];
  failures: Failure[];
}

export interface Identified {
  /** The same title at one or several connections, in their order; none when no connection is sure. */
  matches: Offer[];
  failures: Failure[];
}

export interface Children {
  sources: MetadataSource[];
  failures: Failure[];
}

/** Asks metadata connections for titles. What one of them does wrong never hurts the others. */
export interface MetadataFinder {
  /** Whether there is anybody to ask. */
  canAsk(): boolean;
  /** Names of the connections there are, which provenance has. */
  names(): ReadonlySet<string>;
  /** Also says of connections that rest after failures why they are not asked. */
  search(question: TitleQuestion, signal?: AbortSignal): Promise<Offers>;
  /** Finds the one title that a question means, with all about it. */
  identify(question: TitleQuestion, threshold: number, signal?: AbortSignal): Promise<Identified>;
  /** All about a title at a connection. @throws AppError what the connection throws */
  get(connectionId: string, title: { type: TitleType; id: string }, language?: string): Promise<Offer>;
  /** What connections say of seasons of a show and of the episodes in them. */
  children(matches: readonly Offer[], seasons: readonly number[], signal?: AbortSignal): Promise<Children>;
  /** What is to be stored of a title: what each connection said, after plugins had their say (hook `metadata.merged`). */
  sourcesOf(matches: readonly Offer[]): Promise<MetadataSource[]>;
}

/** Codes of a connection that has nothing, as opposed to one that is in trouble. */
const nothing = new Set(['not_found', 'unsupported']);
const mostPages = 20;

export function createMetadataFinder({ providers, hooks }: { providers: Providers; hooks: Hooks }): MetadataFinder {
  const connections = (type?: TitleType): UsableConnection[] =>
    providers.usable(metadata).filter(({ facts }) => !type || (facts.media as string[] | undefined)?.includes(type));

  const options = (question: { language?: string }, signal?: AbortSignal) => ({
    ...(question.language !== undefined && { scope: { locale: question.language } }),
    ...(signal && { signal }),
  });

  /** What connections are asked for, after plugins had their say (hook `metadata.query`). */
  const queryOf = ({ type, title, year }: TitleQuestion) =>
    hooks.filter('metadata.query', { type, query: title, ...(year !== undefined && { year }) });

  const searchOne = async (
    connection: UsableConnection,
    question: TitleQuestion,
    signal?: AbortSignal,
  ): Promise<Offer[]> => {
    const input = await queryOf(question);
    const page = await providers.call(
      connection.id,
      { contract: metadata, method: 'search', input },
      options(question, signal),
    );
    return page.items.map((entry) => offerOf(connection, entry, question)).toSorted(byScore);
  };

  const read = (
    connectionId: string,
    type: TitleType,
    id: string,
    called: ReturnType<typeof options>,
  ): Promise<MediaEntry> =>
    providers.call(connectionId, { contract: metadata, method: 'get', input: { type, id } }, called);

  /** The entry that has one of these ids, where the connection can tell. */
  const resolveOne = async (
    connection: UsableConnection,
    question: TitleQuestion,
    signal?: AbortSignal,
  ): Promise<Offer | undefined> => {
    const ids = question.ids ?? {};
    if (!connection.methods.includes('resolve') || !Object.values(ids).some(Boolean)) return undefined;
    const called = options(question, signal);
    const { type } = question;
    const { id } = await providers.call(
      connection.id,
      { contract: metadata, method: 'resolve', input: { type, ids } },
      called,
    );
    if (id === undefined) return undefined;
    const entry = await read(connection.id, type, id, called);
    return { connection, entry, score: 1, reasons: [{ text: `${connection.name} knows it by its ids`, weight: 1 }] };
  };

  const identifyOne = async (
    connection: UsableConnection,
    question: TitleQuestion,
    { threshold, signal }: { threshold: number; signal: AbortSignal | undefined },
  ): Promise<Offer | undefined> => {
    const resolved = await orNothing(resolveOne(connection, question, signal));
    if (resolved) return resolved;
    const [best, second] = await searchOne(connection, question, signal);
    if (!best || best.score < threshold || (second && isRival(best, second))) return undefined;
    const entry = await read(connection.id, question.type, best.entry.id, options(question, signal));
    const full = offerOf(connection, entry, question);
    return full.score >= threshold ? full : undefined;
  };

  return {
    canAsk: () => connections().length > 0,
    names: () => new Set(connections().map(({ name }) => name)),
    async search(question, signal) {
      const input = await queryOf(question);
      const { results, failures } = await providers.ask(metadata, 'search', input, options(question, signal));
      return {
        offers: results
          .flatMap(({ connection: id, name, value }) =>
            value.items.map((entry) => offerOf({ id, name }, entry, question)),
          )
          .toSorted(byScore),
        failures: failures
          .filter(({ code }) => !nothing.has(code))
          .map(({ name, message }) => ({ provider: name, message })),
      };
    },
    async identify(question, threshold, signal) {
      const found = await settle(connections(question.type), (each) =>
        identifyOne(each, question, { threshold, signal }),
      );
      const [lead, ...others] = found.values.filter((offer) => offer !== undefined);
      const matches = lead ? [lead, ...others.filter((other) => agree(lead.entry, other.entry))] : [];
      return { matches, failures: found.failures };
    },
    async get(connectionId, { type, id }, language) {
      const connection = connections(type).find((each) => each.id === connectionId);
      if (!connection) {
        throw new AppError('unavailable', `There is no working metadata connection ${connectionId} for ${type}s.`, {
          fix: 'Look at the connections page and test it.',
        });
      }
      const entry = await read(connectionId, type, id, options(language === undefined ? {} : { language }));
      return { connection, entry, score: 1, reasons: [{ text: `Chosen at ${connection.name}`, weight: 1 }] };
    },
    async children(matches, seasons, signal) {
      const knowing = connections('show').filter(({ methods }) => methods.includes('children'));
      const able = matches.filter(({ connection }) => knowing.some(({ id }) => id === connection.id));
      const asked = await settle(able, async ({ connection, entry }) => {
        const all = async (season?: number): Promise<MetadataSource[]> => {
          const entries = await everyPage((cursor) =>
            providers.call(
              connection.id,
              {
                contract: metadata,
                method: 'children',
                input: {
                  type: 'show',
                  id: entry.id,
                  ...(season !== undefined && { season }),
                  ...(cursor !== undefined && { cursor }),
                },
              },
              options({}, signal),
            ),
          );
          return entries.map((each) => ({ provider: connection.name, data: dataOf(each) }));
        };
        const lists = await Promise.all([all(), ...seasons.map((season) => all(season))]);
        return lists.flat();
      });
      return { sources: asked.values.flat(), failures: asked.failures };
    },
    async sourcesOf(matches) {
      const sources = matches.map(({ connection, entry }) => ({ provider: connection.name, data: dataOf(entry) }));
      if (sources.length === 0 || !hooks.has('filter', 'metadata.merged')) return sources;
      const merged = joinSources(sources);
      return attribute(sources, merged, await hooks.filter('metadata.merged', merged));
    },
  };
}

const offerOf = (connection: Offer['connection'], entry: MediaEntry, question: TitleQuestion): Offer => ({
  connection,
  entry,
  ...scoreTitle(question, entry, question.libraryType),
});

const byScore = (a: Offer, b: Offer): number => b.score - a.score;

/** Nearly as good, and not the same title listed twice. */
const isRival = (best: Offer, second: Offer): boolean =>
  best.score < 1 && best.score - second.score < margin && best.entry.id !== second.entry.id;

/** Whether two sources speak of one title. */
function agree(one: MediaEntry, other: MediaEntry): boolean {
  const shared = Object.entries(one.ids ?? {}).flatMap(([service, id]) => {
    const theirs = (other.ids as ExternalIds | undefined)?.[service];
    return id && theirs ? [id === theirs] : [];
  });
  if (shared.length > 0) return shared.every(Boolean);
  const years = one.year === undefined || other.year === undefined || Math.abs(one.year - other.year) <= 1;
  const titles = [one.title, one.originalTitle].flatMap((a) =>
    [other.title, other.originalTitle].map((b) => (a && b ? alike(a, b) : 0)),
  );
  return years && Math.max(...titles) >= 0.9;
}

function dataOf({ id: _id, ...data }: MediaEntry): MediaData {
  return data;
}

async function settle<A extends UsableConnection | Offer, T>(
  asked: readonly A[],
  ask: (each: A) => Promise<T>,
): Promise<{ values: T[]; failures: Failure[] }> {
  const answers = await Promise.allSettled(asked.map(ask));
  const values: T[] = [];
  const failures: Failure[] = [];
  answers.forEach((answer, index) => {
    if (answer.status === 'fulfilled') return void values.push(answer.value);
    if (nothing.has(codeOf(answer.reason))) return;
    const each = asked[index]!;
    const provider = 'connection' in each ? each.connection.name : each.name;
    failures.push({ provider, message: (answer.reason as Error).message });
  });
  return { values, failures };
}

const orNothing = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (nothing.has(codeOf(error))) return undefined;
    throw error;
  });

async function everyPage<T>(
  read: (cursor: string | undefined) => Promise<{ items: T[]; next?: string | undefined }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const { items: some, next } = await read(cursor);
    items.push(...some);
    if (next === undefined) break;
    cursor = next;
  }
  return items;
}
