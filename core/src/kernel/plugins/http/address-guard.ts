import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../errors.ts';

const blockList = (...ranges: [string, number][]): BlockList => {
  const list = new BlockList();
  for (const [net, prefix] of ranges) list.addSubnet(net, prefix, net.includes(':') ? 'ipv6' : 'ipv4');
  return list;
};

/** Never anybody's media server: unspecified, link-local (cloud metadata services answer there), multicast, reserved. */
const forbidden = blockList(
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
);
/** This machine and the home network: only where a person named the host in the settings. */
const inside = blockList(
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
);

/** What one plugin, or one of its connections, may reach. */
export interface AddressRules {
  /** Hosts that a person named in the settings: these may lie in the home network. */
  named: ReadonlySet<string>;
  /** Hosts of the manifest's `permissions.network`; undefined for any. */
  declared?: readonly string[];
}

/** @throws AppError `forbidden` when the plugin may not ask this host, judged by its name or literal address */
export function guardHost(url: URL, rules: AddressRules): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refused(url.host, `${url.protocol} is no web address`);
  const host = hostOf(url);
  const isNamed = rules.named.has(host);
  if (!isNamed && rules.declared && !rules.declared.some((pattern) => matches(pattern, host))) {
    throw refused(host, 'its manifest does not list this host');
  }
  if (isIP(host)) guardAddress(host, host, isNamed);
}

function guardAddress(address: string, host: string, isNamed: boolean): void {
  const kind = kindOf(address);
  if (kind === 'forbidden') throw refused(host, `${address} is an address of no service`);
  if (kind === 'inside' && !isNamed) {
    throw refused(host, `${address} lies in the home network, and no setting names this host`);
  }
}

function kindOf(address: string): 'public' | 'inside' | 'forbidden' {
  // an IPv4 address in IPv6 clothing is judged by what it is
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address;
  const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4';
  if (forbidden.check(plain, family)) return 'forbidden';
  return inside.check(plain, family) ? 'inside' : 'public';
}

/**
 * A resolver for one request that gives only addresses the plugin may reach: a public name that points into the home network
 * gets nowhere, also when it points elsewhere a moment later.
 */
export function guardedLookup(rules: AddressRules): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      try {
        for (const { address } of found) guardAddress(address, hostname, rules.named.has(hostname.toLowerCase()));
      } catch (refusal) {
        return callback(refusal as Error, '', 0);
      }
      return options.all ? callback(null, found) : callback(null, found[0]!.address, found[0]!.family);
    });
  };
}

export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').toLowerCase();

const matches = (pattern: string, host: string): boolean =>
  pattern === '*' || pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));

const refused = (host: string, why: string): AppError =>
  new AppError('forbidden', `The request to ${host} was refused: ${why}.`);

/** Every host that stands in settings, as part of an address or alone. */
export function namedHosts(settings: unknown): Set<string> {
  const hosts = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') for (const host of hostsIn(value)) hosts.add(host);
    else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) visit(member);
  };
  visit(settings);
  return hosts;
}

function hostsIn(text: string): string[] {
  if (text.length > 2000) return [];
  const asAddress = URL.canParse(text) ? new URL(text) : undefined;
  if (asAddress?.hostname) return [hostOf(asAddress)];
  const isHost = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?$/i.test(text) || isIP(text);
  return isHost && URL.canParse(`http://${text}`) ? [hostOf(new URL(`http://${text}`))] : [];
}
