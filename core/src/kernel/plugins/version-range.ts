type Version = readonly [number, number, number];
interface Bounds {
  from: Version;
  /** Excluded. */
  to: Version;
}

const zero: Version = [0, 0, 0];

function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(text.trim());
  return match ? [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)] : undefined;
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** First version a caret does not cover: the left-most part that is not zero may not change. */
function caretEnd([major, minor, patch]: Version): Version {
  if (major > 0) return [major + 1, 0, 0];
  return minor > 0 ? [0, minor + 1, 0] : [0, 0, patch + 1];
}

/** `^1.2.0`, `~1.2.0`, `1.2.3`, `>=1.0.0 <1.4.0`. Undefined for anything else, above all for what has no upper bound. */
function parseRange(text: string): Bounds | undefined {
  const range = text.trim();
  const pair = /^>=\s*(\S+)\s+<\s*(\S+)$/.exec(range);
  const from = parseVersion(pair?.[1] ?? range.replace(/^[\^~=]/, ''));
  const to = pair && parseVersion(pair[2]!);
  if (!from) return undefined;
  if (pair) return to && compare(from, to) < 0 ? { from, to } : undefined;
  if (range.startsWith('^')) return { from, to: caretEnd(from) };
  if (range.startsWith('~')) return { from, to: [from[0], from[1] + 1, 0] };
  return { from, to: [from[0], from[1], from[2] + 1] };
}

/** The highest of these versions in the range, pre-releases left out; undefined when there is none, or the range has no upper bound. */
export function highestInRange(versions: readonly string[], range: string): string | undefined {
  const bounds = parseRange(range);
  if (!bounds) return undefined;
  return versions
    .map((text) => ({ text, version: text.includes('-') ? undefined : parseVersion(text) }))
    .filter(({ version }) => version && compare(version, bounds.from) >= 0 && compare(version, bounds.to) < 0)
    .sort((a, b) => compare(b.version!, a.version!))[0]?.text;
}

/** Why `version` does not lie in `range`, for people; undefined when it does. */
export function rangeFault(version: string, range: string): string | undefined {
  const bounds = parseRange(range);
  if (!bounds) return `"${range}" is no bounded version range; write ^${version} or >=a.b.c <d.e.f`;
  const own = parseVersion(version) ?? zero;
  if (compare(own, bounds.from) < 0) return `it needs SDK ${range}, and this server has the older ${version}`;
  if (compare(own, bounds.to) >= 0) return `it is made for SDK ${range}, and this server has ${version}`;
  return undefined;
}
