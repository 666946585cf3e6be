import { AppError } from '../../errors.ts';
import { hostOf, namedHosts } from '../http/address-guard.ts';
import type { RemoteHttp } from '../http/remote-http.ts';

const patienceMs = 120_000;

export interface Wanted {
  /** Most bytes that are taken. */
  most: number;
  accept?: string;
}

/** Fetches what is installed, through the door that plugins use: guarded, few redirects, never more than told. */
export class Downloads {
  readonly #http: RemoteHttp;
  readonly #named: ReadonlySet<string>;

  /** @param configured addresses from the configuration file: their hosts may lie in the home network, and be asked without TLS */
  constructor(http: RemoteHttp, configured: readonly string[]) {
    this.#http = http;
    this.#named = namedHosts(configured);
  }

  /** @throws AppError `not_found`, `unavailable`, `forbidden` for an address out of bounds, `too_large` */
  async bytes(url: URL, { most, accept = '*/*' }: Wanted): Promise<Buffer> {
    if (url.protocol !== 'https:' && !this.#named.has(hostOf(url))) {
      throw new AppError('forbidden', `${url.href} is no https address.`, {
        fix: 'Take an address that begins with https://.',
      });
    }
    const sender = { pluginId: 'install', rules: { named: this.#named }, secrets: [], requestId: '' };
    const request = { url: url.href, method: 'GET' as const, headers: { accept } };
    const { status, headers, body } = await this.#http.send(request, sender, AbortSignal.timeout(patienceMs));
    if (status !== 200 || !body) {
      await body?.cancel();
      throw new AppError(status === 404 ? 'not_found' : 'unavailable', `${url.href} answered ${status}.`);
    }
    if (Number(headers['content-length'] ?? 0) > most) {
      await body.cancel();
      throw tooLarge(url, most);
    }
    return readAll(body, () => tooLarge(url, most), most);
  }

  async json(url: URL, wanted: Wanted): Promise<unknown> {
    const text = (await this.bytes(url, wanted)).toString('utf8');
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new AppError('unavailable', `${url.href} answered something that is not JSON.`, { cause });
    }
  }
}

async function readAll(body: ReadableStream<Uint8Array>, fault: () => AppError, most: number): Promise<Buffer> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw fault();
    }
    chunks.push(value);
  }
}

const tooLarge = (url: URL, most: number): AppError =>
  new AppError('too_large', `${url.href} has more than ${most / 1_000_000} MB.`);
