import { thumbHashToDataURL } from 'thumbhash';

const known = new Map<string, string>();

/** A blurred picture (data URL) out of a base64 thumbhash; undefined when the hash is not one. Remembers the last 500. */
export function blurFromThumbhash(hash: string | undefined | null): string | undefined {
  if (!hash) return undefined;
  const before = known.get(hash);
  if (before) return before;
  const url = decode(hash);
  if (!url) return undefined;
  known.set(hash, url);
  if (known.size > 500) known.delete(known.keys().next().value as string);
  return url;
}

function decode(hash: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(hash.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
    return bytes.length >= 5 ? thumbHashToDataURL(bytes) : undefined;
  } catch {
    return undefined; // a malformed placeholder only costs the blur
  }
}
