import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Logger } from '../../log/logger.ts';

const mostLength = 2000;
/** Lines a second that reach the log; a plugin that prints without end does not fill it. */
const mostPerSecond = 50;
const keptLines = 30;

/** Brings what a process prints into the log, and keeps the end of what it says of its own failure. */
export function outputLog(child: ChildProcess, logger: Logger): { lastError(): string | undefined } {
  const kept: string[] = [];
  follow(child.stdout, (line) => logger.info({ stream: 'stdout' }, line), logger);
  follow(
    child.stderr,
    (line) => {
      kept.push(line);
      if (kept.length > keptLines) kept.shift();
      logger.warn({ stream: 'stderr' }, line);
    },
    logger,
  );
  return {
    /** The line in which Node names the error that ended a process. */
    lastError: () => kept.findLast((line) => /^(Uncaught )?\w*(Error|Exception)\b|heap out of memory/.test(line)),
  };
}

function follow(stream: Readable | null, say: (line: string) => void, logger: Logger): void {
  let second = 0;
  let said = 0;
  stream?.setEncoding('utf8').on(
    'data',
    cutLines((line) => {
      const now = Math.trunc(Date.now() / 1000);
      if (now !== second) {
        if (said > mostPerSecond)
          logger.warn({ lines: said - mostPerSecond }, 'A plugin printed more lines than are kept');
        second = now;
        said = 0;
      }
      said += 1;
      if (said <= mostPerSecond) say(line);
    }),
  );
}

/** Lines of a stream; of one that is too long only the beginning, so that it cannot fill the memory. */
function cutLines(say: (line: string) => void): (text: string) => void {
  let line = '';
  return (text) => {
    const parts = text.split('\n');
    for (const [index, part] of parts.entries()) {
      line = (line + part).slice(0, mostLength);
      if (index === parts.length - 1) return;
      if (line.trim() !== '') say(line);
      line = '';
    }
  };
}
