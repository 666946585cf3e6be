import type { Titles } from './ports.ts';
import type { StartedPlayback } from './playback-view.ts';

type TitlePart = Pick<StartedPlayback, 'title' | 'subtitle' | 'poster' | 'backdrop' | 'next' | 'previous'>;
type Card = Awaited<ReturnType<Titles['cards']>>[number];

/** What a player shows of a title, and what comes before and after it. */
export async function viewTitle(titles: Titles, itemId: number, accountId: string): Promise<TitlePart | undefined> {
  const place = (await titles.places([itemId])).get(itemId);
  const episodes = place?.type === 'episode' && place.showId !== null ? await titles.episodesOf([place.showId]) : [];
  const at = episodes.findIndex(({ id }) => id === itemId);
  const [previous, next] = at < 0 ? [] : [episodes[at - 1]?.id, episodes[at + 1]?.id];
  const wanted = [itemId, previous, next].filter((id) => id !== undefined);
  const cards = new Map((await titles.cards(wanted, accountId)).map((card) => [card.id, card]));
  const card = cards.get(itemId);
  const [before, after] = [cards.get(previous ?? -1), cards.get(next ?? -1)];
  if (!card) return undefined;
  return {
    title: card.show?.title ?? card.title,
    subtitle: subtitleOf(card),
    poster: card.poster,
    backdrop: card.backdrop,
    next: after
      ? { itemId: after.id, title: after.title, subtitle: numbersOf(after), still: after.still ?? after.backdrop }
      : null,
    previous: before ? { itemId: before.id, title: before.title } : null,
  };
}

/** `S1 E2`, or nothing for what has no numbers. */
const numbersOf = ({ seasonNumber, episodeNumber }: Card): string =>
  episodeNumber === null ? '' : `S${seasonNumber ?? 0} E${episodeNumber}`;

const subtitleOf = (card: Card): string =>
  card.show
    ? [numbersOf(card), card.title].filter((word) => word !== '').join(' · ')
    : card.year === null
      ? ''
      : String(card.year);
