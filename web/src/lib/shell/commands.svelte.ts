import type { LucideIcon } from '@lucide/svelte';
import FolderSync from '@lucide/svelte/icons/folder-sync';
import Moon from '@lucide/svelte/icons/moon';
import Search from '@lucide/svelte/icons/search';
import Sun from '@lucide/svelte/icons/sun';
import { m } from '#messages';
import type { App } from '#lib/app.svelte.ts';
import { ok } from '#lib/api/client.ts';
import { friendlyError } from '#lib/api/problem.ts';
import { cardOf } from '#lib/catalog/card.ts';
import { links } from '#lib/navigation/links.ts';
import type { ArtworkPicture } from '#lib/ui/artwork.svelte';

/** One line of the palette: a page, an action, a title or a person. */
export interface Command {
  id: string;
  group: string;
  label: string;
  hint?: string;
  icon?: LucideIcon;
  picture?: ArtworkPicture | null;
  person?: boolean;
  href?: string;
  run?: () => void;
}

/** Things the palette can do besides opening pages. */
export function appCommands(app: App): Command[] {
  const group = m.palette_actions();
  const light = app.theme.current === 'dark';
  const commands: Command[] = [
    {
      id: 'theme',
      group,
      label: light ? m.palette_light() : m.palette_dark(),
      icon: light ? Sun : Moon,
      run: () => app.theme.choose(light ? 'light' : 'dark'),
    },
  ];
  if (app.session.isAdmin)
    commands.push({ id: 'rescan', group, label: m.palette_rescan(), icon: FolderSync, run: () => void rescan(app) });
  return commands;
}

async function rescan({ api, toasts }: App): Promise<void> {
  try {
    await ok(api.POST('/api/v1/library/rescan', { body: {} }));
    toasts.show(m.toast_scan_started(), { tone: 'ok' });
  } catch (error) {
    toasts.fail(error);
  }
}

/** What the palette shows for the words typed so far. */
export class CommandSearch {
  text = $state('');
  busy = $state(false);
  error = $state<string>();
  #found = $state.raw<readonly Command[]>([]);
  #app: App;
  #local: () => Command[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  constructor(app: App, local: () => Command[]) {
    this.#app = app;
    this.#local = local;
  }

  get results(): readonly Command[] {
    const words = this.text.trim().toLocaleLowerCase();
    const local = this.#local().filter((command) => command.label.toLocaleLowerCase().includes(words));
    if (!words) return local;
    const all: Command = {
      id: 'search-all',
      group: m.palette_actions(),
      label: m.palette_search_all({ query: this.text.trim() }),
      icon: Search,
      href: links.search(this.text.trim()),
    };
    return [...this.#found, ...local, ...(this.#app.session.mayRead ? [all] : [])];
  }

  ask(text: string): void {
    this.text = text;
    this.error = undefined;
    clearTimeout(this.#timer);
    this.#running?.abort();
    if (!text.trim() || !this.#app.session.mayRead) {
      this.#found = [];
      this.busy = false;
      return;
    }
    this.busy = true;
    this.#timer = setTimeout(() => void this.#fetch(text.trim()), 90);
  }

  reset(): void {
    this.ask('');
  }

  async #fetch(query: string): Promise<void> {
    const own = (this.#running = new AbortController());
    try {
      const answer = await ok(
        this.#app.api.GET('/api/v1/search', { params: { query: { query, limit: 6 } }, signal: own.signal }),
      );
      if (own.signal.aborted) return;
      const titles = answer.items.map((item): Command => {
        const card = cardOf(item);
        return {
          id: `item-${item.id}`,
          group: m.palette_titles(),
          label: card.title,
          hint: card.subtitle,
          picture: card.poster,
          href: card.href,
        };
      });
      const people = answer.people.map((person): Command => ({
        id: `person-${person.id}`,
        group: m.palette_people(),
        label: person.name,
        picture: person.picture,
        person: true,
        href: links.person(person.id),
      }));
      this.#found = [...titles, ...people];
      this.busy = false;
    } catch (error) {
      if (own.signal.aborted) return;
      this.#found = [];
      this.busy = false;
      this.error = friendlyError(error).text;
    }
  }
}
