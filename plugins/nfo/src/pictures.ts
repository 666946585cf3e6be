import type { Artwork, ArtworkKind } from '@vitascope/sdk';
import { attributeOf, countOf, listOf, nodesOf, textOf, type Node } from './xml.ts';

const kinds: Record<string, ArtworkKind> = {
  poster: 'poster',
  fanart: 'backdrop',
  backdrop: 'backdrop',
  background: 'backdrop',
  landscape: 'landscape',
  thumb: 'landscape',
  banner: 'banner',
  logo: 'logo',
  clearlogo: 'logo',
  clearart: 'clearart',
  disc: 'disc',
  discart: 'disc',
  cdart: 'disc',
};

/** Pictures named in an NFO. What lies outside the title's folder is counted, not given. */
export function artworkOf(node: Node, usual: ArtworkKind): { artwork: Artwork[]; outside: number } {
  const artwork: Artwork[] = [];
  let outside = 0;
  const add = (kind: ArtworkKind, from: unknown): void => {
    const place = placeOf(textOf(from));
    if (place === 'outside') outside++;
    else if (place) artwork.push({ kind, ...place, ...seasonOf(from) });
  };
  for (const thumb of listOf(node.thumb)) add(kinds[attributeOf(thumb, 'aspect')?.toLowerCase() ?? ''] ?? usual, thumb);
  for (const fanart of nodesOf(node.fanart)) for (const thumb of listOf(fanart.thumb)) add('backdrop', thumb);
  for (const art of nodesOf(node.art)) {
    for (const [name, values] of Object.entries(art)) {
      const kind = kinds[name];
      // the still of an episode is its thumb
      if (kind)
        for (const value of listOf(values)) add(name === 'thumb' ? (usual === 'still' ? 'still' : kind) : kind, value);
    }
  }
  return { artwork, outside };
}

const seasonOf = (thumb: unknown): { season?: number } => {
  const season = countOf(attributeOf(thumb, 'season'));
  return season === undefined ? {} : { season };
};

/**
 * Where a picture is: on the internet, or below the folder of the title. Absolute paths belong to the machine that wrote the
 * file; they are nobody's fault and give nothing, as the pictures beside the media are found by their names.
 */
export function placeOf(text: string | undefined): { url: string } | { path: string } | 'outside' | undefined {
  if (!text || text.length > 4000) return undefined;
  if (/^https?:\/\//i.test(text)) return URL.canParse(text) ? { url: text } : undefined;
  const path = text.replaceAll('\\', '/');
  if (/^(\/|[a-z]:|[a-z][a-z0-9+.-]*:)/i.test(path) || path.includes('\0')) return undefined;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return 'outside';
  }
  return parts.length ? { path: parts.join('/') } : undefined;
}
