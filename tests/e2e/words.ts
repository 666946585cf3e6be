import { readFileSync } from 'node:fs';

type Message = string | { match: Record<string, string> }[];

const catalogue = new Map<string, Message>(
  ['en.json', 'manage/en.json', 'player/en.json'].flatMap((file) => {
    const messages = readFileSync(new URL(`../../web/messages/${file}`, import.meta.url), 'utf8');
    return Object.entries(JSON.parse(messages) as Record<string, Message>);
  }),
);

function textOf(key: string): string {
  const message = catalogue.get(key);
  if (message === undefined) throw new Error(`The web app's catalogue has no message "${key}".`);
  if (typeof message === 'string') return message;
  const [variant] = message.map(({ match }) => match['amount=other']);
  if (variant === undefined) throw new Error(`Message "${key}" has no plural.`);
  return variant;
}

/** What the web app says for a key of its catalogue; tests name keys, so that better words do not break them. */
export const say = (key: string, parts: Record<string, string | number> = {}): string =>
  textOf(key).replace(/\{(\w+)\}/g, (whole, name: string) => String(parts[name] ?? whole));

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** The label of a field, whether or not it is marked as required. */
export const label = (key: string): RegExp => new RegExp(`^${escape(textOf(key))}\\s*\\*?$`);

/** The same where parts are not known beforehand. */
export const sayAny = (key: string): RegExp =>
  new RegExp(
    `^\\s*${textOf(key)
      .split(/\{\w+\}/)
      .map(escape)
      .join('.*')}\\s*$`,
    's',
  );
