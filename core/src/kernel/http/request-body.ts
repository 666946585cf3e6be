import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';

const deepest = 64;

/**
 * Reads a JSON body.
 * @param maxBytes a larger body is refused before it is read whole
 * @returns undefined when there is no body
 * @throws AppError `unsupported_media_type`, `too_large`, `bad_request`
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const { headers } = request;
  const declared = Number(headers['content-length'] ?? Number.NaN);
  if (headers['transfer-encoding'] === undefined && !(declared > 0)) return undefined;
  requireJson(headers['content-type'], headers['content-encoding']);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  return parseJson(await readAll(request, maxBytes));
}

function requireJson(type: string | undefined, encoding: string | undefined): void {
  const isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type ?? '');
  if (!isJson) {
    throw new AppError(
      'unsupported_media_type',
      `The body must be JSON in UTF-8, not ${printable(type ?? 'untyped')}.`,
      {
        fix: 'Send Content-Type: application/json.',
      },
    );
  }
  if (encoding !== undefined && encoding !== 'identity') {
    throw new AppError('unsupported_media_type', 'A compressed body is not read here.', {
      fix: 'Send it without Content-Encoding.',
    });
  }
}

/**
 * Refuses an upload of the wrong type or, where its size is told, one that is too large. Without a told size the handler counts.
 * @throws AppError `unsupported_media_type`, `too_large`
 */
export function checkUpload(request: IncomingMessage, upload: { contentType: string; maxBytes: number }): void {
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const [group, kind] = upload.contentType.split('/');
  const isRight =
    upload.contentType === '*/*' || (kind === '*' ? type.startsWith(`${group}/`) : type === upload.contentType);
  if (!isRight) {
    throw new AppError(
      'unsupported_media_type',
      `This takes ${upload.contentType}, not ${printable(type || 'untyped')}.`,
    );
  }
  if (Number(request.headers['content-length'] ?? 0) > upload.maxBytes) throw tooLarge(upload.maxBytes);
}

const printable = (text: string): string => text.replaceAll(/[^\x20-\x7E]/g, '?').slice(0, 100);

function readAll(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= maxBytes) return void chunks.push(chunk);
      // The rest is somebody else's to throw away.
      request.off('data', onData).pause();
      reject(tooLarge(maxBytes));
    };
    request.on('data', onData);
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new AppError('cancelled', 'The client left before the body was whole.')));
  });
}

const discarded = { maxBytes: 64 * 1024 * 1024, withinMs: 10_000 };

/**
 * Reads the rest of a refused body and throws it away: a connection that is closed while its client still sends is reset,
 * and the client never hears why. Gives up on what does not end.
 */
export function discardBody(request: IncomingMessage, { maxBytes, withinMs } = discarded): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let size = 0;
    const timer = setTimeout(resolve, withinMs);
    const finish = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) finish();
    });
    for (const event of ['end', 'error', 'close']) request.once(event, finish);
    request.resume();
  });
}

const tooLarge = (maxBytes: number): AppError =>
  new AppError('too_large', `The body is larger than ${maxBytes} bytes.`, { details: { max_bytes: maxBytes } });

function parseJson(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('bad_request', 'The body is not UTF-8.', { cause });
  }
  if (depthOf(text) > deepest) throw new AppError('bad_request', `The body is nested deeper than ${deepest} levels.`);
  try {
    return /__proto__|\\u00/i.test(text) ? (JSON.parse(text, checkedMember) as unknown) : (JSON.parse(text) as unknown);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('bad_request', `The body is not JSON: ${(cause as Error).message}.`, { cause });
  }
}

function checkedMember(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new AppError('bad_request', 'The body has a member "__proto__".');
  if (key.includes('\0') || (typeof value === 'string' && value.includes('\0')))
    throw new AppError('bad_request', 'The body has a text with the character U+0000, which cannot be stored.');
  return value;
}

/** How deep brackets nest, strings left out; parsing and validating descend as deep as that. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 92) index++;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 91 || code === 123) most = Math.max(most, ++depth);
    else if (code === 93 || code === 125) depth--;
  }
  return most;
}
