import type { Bindable, Dialect } from './database.ts';

/** A piece of SQL and its parameters, to stand inside a larger statement. */
export interface SqlFragment {
  sql: string;
  parameters: readonly Bindable[];
}

/** `column in (…)` with one parameter however many numbers there are, so that the statement stays prepared. */
export const inNumbers = (dialect: Dialect, column: string, numbers: readonly number[]): SqlFragment =>
  dialect === 'sqlite'
    ? { sql: `${column} in (select value from json_each(?))`, parameters: [`[${numbers.join(',')}]`] }
    : { sql: `${column} = any(?::bigint[])`, parameters: [`{${numbers.join(',')}}`] };

/** The same for texts. */
export const inTexts = (dialect: Dialect, column: string, texts: readonly string[]): SqlFragment =>
  dialect === 'sqlite'
    ? { sql: `${column} in (select value from json_each(?))`, parameters: [JSON.stringify(texts)] }
    : { sql: `${column} = any(?::text[])`, parameters: [`{${texts.map(quoted).join(',')}}`] };

const quoted = (text: string): string => `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;

/** A text without what neither database can keep: the character zero and halves of surrogate pairs. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();
