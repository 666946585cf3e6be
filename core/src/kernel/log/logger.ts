import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { prettyLine } from './pretty.ts';
import { LineRing, type RecentLines } from './recent-lines.ts';
import { redact, redactText } from './redact.ts';

/** `logger.info({ library: 7 }, 'Scan finished')`; `child({ plugin: 'nfo' })` adds members to every line. */
export type Logger = PinoLogger;

export interface LogOptions {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  format: 'auto' | 'json' | 'pretty';
  keepLines: number;
}

export interface LogOutput {
  write(text: string): void;
  isTTY?: boolean;
}

/**
 * The server's log: JSON lines, or text for people on a terminal. Secrets are removed before a line is written or kept.
 * @param output standard output unless told
 */
export function createLog(
  options: LogOptions,
  output: LogOutput = process.stdout,
): { logger: Logger; lines: RecentLines } {
  const lines = new LineRing(options.keepLines);
  const isPretty = options.format === 'pretty' || (options.format === 'auto' && output.isTTY === true);
  const destination: DestinationStream = {
    write(text) {
      lines.add(text);
      output.write(isPretty ? prettyLine(text, output.isTTY === true) : text);
    },
  };
  const logger = pino(
    {
      level: options.level,
      base: null,
      serializers: { err: (error: unknown) => redact(error) },
      formatters: { log: (members) => redact(members) as Record<string, unknown> },
      hooks: {
        logMethod(parameters, method) {
          const clean = parameters.map((part) => (typeof part === 'string' ? redactText(part) : part));
          method.apply(this, clean as Parameters<typeof method>);
        },
      },
    },
    destination,
  );
  // Children inherit this: pino itself does not format what a child is given.
  const child = logger.child;
  logger.child = function (this: Logger, bindings: Record<string, unknown>, settings) {
    return child.call(this, redact(bindings) as typeof bindings, settings);
  } as typeof logger.child;
  return { logger, lines };
}

/** A log that writes nowhere, for tests and for commands that print their own output. */
export const silentLogger = (): Logger => pino({ level: 'silent' });
