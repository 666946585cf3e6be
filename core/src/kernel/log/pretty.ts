import { stripVTControlCharacters } from 'node:util';

const colours: Readonly<Record<number, readonly [string, string]>> = {
  10: ['90', 'trace'],
  20: ['90', 'debug'],
  30: ['36', 'info '],
  40: ['33', 'warn '],
  50: ['31', 'error'],
  60: ['41', 'fatal'],
};
const quiet = new Set(['level', 'time', 'msg', 'err', 'request_id', 'correlation_id']);

/** A JSON line of the logger as a person reads it on a terminal. */
export function prettyLine(json: string, colour: boolean): string {
  const line = JSON.parse(json) as Record<string, unknown>;
  const [code, name] = colours[Number(line.level)] ?? ['0', '?????'];
  const paint = (text: string, with_: string): string => (colour ? `\u001B[${with_}m${text}\u001B[0m` : text);
  const time = new Date(Number(line.time)).toTimeString().slice(0, 8);
  const rest = Object.entries(line)
    .filter(([key]) => !quiet.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? clean(value) : JSON.stringify(value)}`)
    .join(' ');
  const head = `${paint(time, '90')} ${paint(name, code)} ${clean(String(line.msg ?? ''))}`;
  return `${head}${rest && ` ${paint(rest, '90')}`}${errorText(line.err, paint)}\n`;
}

function errorText(error: unknown, paint: (text: string, code: string) => string): string {
  if (typeof error !== 'object' || error === null) return '';
  const { stack, message, cause } = error as { stack?: string; message?: string; cause?: unknown };
  const text = (stack || message || '')
    .split('\n')
    .map((row) => `\n  ${clean(row)}`)
    .join('');
  return paint(text, '31') + (cause ? `\n  caused by:${errorText(cause, paint)}` : '');
}

/** What came from outside must not steer the terminal. */
const clean = (text: string): string => stripVTControlCharacters(text).replaceAll(/[\r\n]+/g, ' ⏎ ');
