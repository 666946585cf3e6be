import type { Mark, MarkKind } from './marks.ts';
import type { ParsedName } from './parsed-name.ts';

/** What the tags of a name say of the release. */
export type ReleaseFacts = Pick<
  ParsedName,
  | 'resolution'
  | 'source'
  | 'videoCodec'
  | 'audioCodec'
  | 'hdr'
  | 'threeD'
  | 'edition'
  | 'languages'
  | 'country'
  | 'service'
  | 'revision'
>;

const MOST_LANGUAGES = 8;
/** Names of resolutions, which count only where no number does: "UHD.BluRay.1080p" was scaled down. */
const NAMED_RESOLUTIONS: Record<string, string> = { UHD: '2160p', '4K': '2160p', '8K': '4320p', FHD: '1080p' };

function chooseResolution(found: Mark[]): string {
  const counted = found.find((mark) => NAMED_RESOLUTIONS[mark.value] === undefined);
  return counted?.value ?? NAMED_RESOLUTIONS[found[0]!.value]!;
}

/** Weak sources ("PAL", "TV", "REMUX") yield to strong ones. */
function chooseSource(found: Mark[]): string {
  const best = found.find((mark) => mark.strong) ?? found.find((mark) => mark.value !== 'SDTV') ?? found[0]!;
  const remux = found.some((mark) => mark.value === 'BluRay Remux');
  return best.value === 'BluRay' && remux ? 'BluRay Remux' : best.value;
}

function distinct(found: Mark[]): string[] {
  return [...new Set(found.map((mark) => mark.value))];
}

type Reader = (found: Mark[], facts: ReleaseFacts) => void;

/** How each kind of mark becomes a field. */
const READERS: Partial<Record<MarkKind, Reader>> = {
  resolution: (found, facts) => void (facts.resolution = chooseResolution(found)),
  source: (found, facts) => void (facts.source = chooseSource(found)),
  videoCodec: (found, facts) => void (facts.videoCodec = found[0]!.value),
  audioCodec: (found, facts) => void (facts.audioCodec = found[0]!.value),
  hdr: (found, facts) => void (facts.hdr = distinct(found)),
  threeD: (found, facts) => void (facts.threeD = found[0]!.value),
  edition: (found, facts) => void (facts.edition = distinct(found).join(' ')),
  language: (found, facts) => void (facts.languages = distinct(found).slice(0, MOST_LANGUAGES)),
  country: (found, facts) => void (facts.country = found[0]!.value),
  service: (found, facts) => void (facts.service = found[0]!.value),
  revision: (found, facts) => {
    const newer = found.filter((mark) => mark.value !== 'Real').length;
    if (newer > 0) facts.revision = 1 + newer;
  },
};

/** Reads the facts of a release out of its marks. */
export function readReleaseFacts(marks: Mark[]): ReleaseFacts {
  const byKind = new Map<MarkKind, Mark[]>();
  for (const mark of marks) {
    const found = byKind.get(mark.kind);
    if (found) found.push(mark);
    else byKind.set(mark.kind, [mark]);
  }
  const facts: ReleaseFacts = {};
  for (const [kind, found] of byKind) READERS[kind]?.(found, facts);
  return facts;
}
