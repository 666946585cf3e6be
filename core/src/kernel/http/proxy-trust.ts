import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Who a request really comes from, and the address the client used. */
export interface Origin {
  /** Client address, through trusted proxies. */
  address: string;
  secure: boolean;
  /** `tv.example` or `192.168.1.5:8420` */
  host: string;
  /** Path that a proxy cut off, `` or `/vita`. */
  prefix: string;
  /** The client sits on this machine: nothing was forwarded, and it called the server by a loopback name. */
  loopback: boolean;
  /** A loopback connection that asks for a public name: what a foreign page makes that let its own name point here. */
  rebound: boolean;
}

export type ReadOrigin = (request: IncomingMessage) => Origin;

const named: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};
const hostShape = /^(?:[a-z0-9](?:[a-z0-9._-]{0,253})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;
const loopbackHost = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const prefixShape = /^(?:\/[A-Za-z0-9._~-]+)+$/;
const longestChain = 20;

/** Believes `X-Forwarded-*` only when the connection comes from a trusted proxy; from anybody else they are nothing. */
export function createProxyTrust(trusted: readonly string[]): ReadOrigin {
  const list = blockListOf(trusted);
  const known = new Map<string, boolean>();
  const isTrusted = (address: string): boolean => {
    const remembered = known.get(address);
    if (remembered !== undefined) return remembered;
    const family = isIP(address);
    const answer = family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
    if (known.size > 1000) known.clear();
    known.set(address, answer);
    return answer;
  };
  return (request) => {
    const peer = plainAddress(request.socket.remoteAddress ?? '');
    const { headers } = request;
    const host = validHost(headers.host);
    const direct = { address: peer, secure: 'encrypted' in request.socket, host, prefix: '' };
    if (trusted.length === 0 || !isTrusted(peer)) {
      const wasForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
      const isLocal = isLoopback(peer);
      return {
        ...direct,
        loopback: !wasForwarded && isLocal && loopbackHost.test(host),
        rebound: isLocal && isPublicName(host),
      };
    }
    return { ...forwarded(request, direct, isTrusted), loopback: false, rebound: false };
  };
}

function blockListOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries.flatMap((name) => named[name] ?? [name])) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

type Direct = Omit<Origin, 'loopback' | 'rebound'>;

/** Reads from the right: each trusted proxy vouches for the entry it appended and for nothing left of the first stranger. */
function forwarded(request: IncomingMessage, direct: Direct, isTrusted: (address: string) => boolean): Direct {
  const chain = listOf(request, 'x-forwarded-for').map(addressOf);
  let hops = 1;
  let address = direct.address;
  for (let index = chain.length - 1; index >= 0; index--, hops++) {
    const next = chain[index];
    if (!next) break;
    address = next;
    if (!isTrusted(next)) break;
  }
  const pick = (header: string): string | undefined => {
    const values = listOf(request, header);
    return values[Math.max(0, values.length - hops)];
  };
  const scheme = pick('x-forwarded-proto')?.toLowerCase();
  const prefix = pick('x-forwarded-prefix')?.replace(/\/+$/, '') ?? '';
  return {
    address,
    secure: scheme === undefined ? direct.secure : scheme === 'https',
    host: validHost(pick('x-forwarded-host') ?? direct.host),
    prefix: prefixShape.test(prefix) && prefix.length <= 200 ? prefix : '',
  };
}

function listOf(request: IncomingMessage, header: string): string[] {
  const value = request.headers[header];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return text === ''
    ? []
    : text
        .split(',')
        .slice(-longestChain)
        .map((part) => part.trim());
}

/** `1.2.3.4:5678`, `[::1]:80` and `::ffff:1.2.3.4` as plain addresses; anything else is undefined. */
function addressOf(text: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const plain = plainAddress(bare);
  return isIP(plain) === 0 ? undefined : plain;
}

const plainAddress = (address: string): string =>
  address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');
/** Names that anybody can register; not addresses, names without a dot, or names that only exist at home. */
function isPublicName(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return (
    name.includes('.') && isIP(name) === 0 && !/\.(?:localhost|local|lan|home|internal|home\.arpa|test)$/.test(name)
  );
}

const validHost = (host: string | undefined): string =>
  host !== undefined && hostShape.test(host) ? host : 'localhost';
