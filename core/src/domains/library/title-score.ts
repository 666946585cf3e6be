import type { ExternalIds } from '@vitascope/sdk';
import { fold } from '../catalog/fold.ts';
import type { Reason } from './scan/decide.ts';
import type { LibraryKind } from './library-store.ts';

export type TitleType = 'movie' | 'show';

/** What is looked for. */
export interface TitleSubject {
  type: TitleType;
  title: string;
  year?: number | undefined;
  ids?: ExternalIds;
}

/** What somebody offers for it. */
export interface TitleOffer {
  type: string;
  title: string;
  originalTitle?: string | null | undefined;
  year?: number | null | undefined;
  ids?: ExternalIds;
}

export interface Score {
  /** 0 to 1; 1 only by an id. */
  score: number;
  reasons: Reason[];
}

/** Two offers closer together than this cannot be told apart without a person. */
export const margin = 0.1;

const weights = {
  sameTitle: 0.6,
  likeTitle: 0.45,
  sameYear: 0.3,
  nearYear: 0.15,
  otherYear: -0.3,
  sameType: 0.1,
  otherType: -0.2,
  contradiction: -0.35,
  otherId: -0.5,
};
const mostWithoutId = 0.98;
/** Titles less alike than this have nothing to do with each other. */
const leastAlike = 0.5;

/** Says how well an offer fits, with reasons whose weights add up to the score. */
export function scoreTitle(subject: TitleSubject, offer: TitleOffer, libraryType: LibraryKind = 'mixed'): Score {
  const ids = compareIds(subject.ids ?? {}, offer.ids ?? {});
  if (ids.same && subject.type === offer.type)
    return { score: 1, reasons: [{ text: `The same ${ids.same}`, weight: 1 }] };
  const reasons = [titleReason(subject, offer), ...yearReason(subject.year, offer.year), typeReason(subject, offer)];
  if (ids.other) reasons.push({ text: `Another ${ids.other}`, weight: weights.otherId });
  if (contradicts(libraryType, offer.type)) {
    reasons.push({ text: `The library holds ${libraryType}`, weight: weights.contradiction });
  }
  const sum = reasons.reduce((total, { weight }) => total + weight, 0);
  return {
    score: rounded(Math.min(mostWithoutId, Math.max(0, sum))),
    reasons: reasons.filter(({ weight }) => weight !== 0),
  };
}

const contradicts = (libraryType: LibraryKind, type: string): boolean =>
  (libraryType === 'movies' && type === 'show') || (libraryType === 'shows' && type === 'movie');

function titleReason({ title }: TitleSubject, offer: TitleOffer): Reason {
  const own = alike(title, offer.title);
  const original = offer.originalTitle ? alike(title, offer.originalTitle) : 0;
  const best = Math.max(own, original);
  const name = original > own ? 'original title' : 'title';
  if (best === 1) return { text: `The same ${name}`, weight: weights.sameTitle };
  const weight = rounded((weights.likeTitle * Math.max(0, best - leastAlike)) / (1 - leastAlike));
  return { text: `A ${name} that is ${Math.round(best * 100)} % alike`, weight };
}

function yearReason(wanted: number | undefined, offered: number | null | undefined): Reason[] {
  if (wanted === undefined || offered === null || offered === undefined) return [];
  const distance = Math.abs(wanted - offered);
  if (distance === 0) return [{ text: `The same year, ${offered}`, weight: weights.sameYear }];
  if (distance === 1) return [{ text: `One year apart, ${offered}`, weight: weights.nearYear }];
  return [{ text: `Another year, ${offered}`, weight: weights.otherYear }];
}

const typeReason = (subject: TitleSubject, offer: TitleOffer): Reason =>
  subject.type === offer.type
    ? { text: `A ${offer.type}, as the name says`, weight: weights.sameType }
    : { text: `A ${offer.type}, unlike the name`, weight: weights.otherType };

function compareIds(some: ExternalIds, others: ExternalIds): { same?: string; other?: string } {
  let other: string | undefined;
  for (const [service, value] of Object.entries(some)) {
    if (!value || others[service] === undefined) continue;
    if (others[service] === value) return { same: `${service} id, ${value}` };
    other = `${service} id, ${others[service]}`;
  }
  return other === undefined ? {} : { other };
}

const articles = /^(the|a|an|der|die|das|le|la|les|el|los|las|il|gli|o|os|as) (?=.)/;

/** 0 to 1: how much two titles have in common, whatever their case, accents, punctuation and article. */
export function alike(a: string, b: string): number {
  const [one, two] = [fold(a), fold(b)];
  if (one === two) return one === '' ? 0 : 1;
  const [bareOne, bareTwo] = [one.replace(articles, ''), two.replace(articles, '')];
  if (bareOne === bareTwo) return 0.95;
  return Math.min(0.95, dice(bareOne, bareTwo));
}

/** Dice's coefficient of the pairs of letters. */
function dice(a: string, b: string): number {
  const [first, second] = [pairsOf(a), pairsOf(b)];
  const total = a.length + b.length - 2;
  if (total <= 0) return 0;
  let common = 0;
  for (const [pair, count] of first) common += Math.min(count, second.get(pair) ?? 0);
  return (2 * common) / total;
}

function pairsOf(text: string): Map<string, number> {
  const pairs = new Map<string, number>();
  for (let at = 0; at + 1 < text.length; at++) {
    const pair = text.slice(at, at + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
