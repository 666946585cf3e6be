import { elementAt, elementsIn, uintOf, type Element } from './ebml-buffer.ts';
import type { FileWindow } from './file-window.ts';

const id = {
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  seek: 0x4dbb,
  seekId: 0x53ab,
  seekPosition: 0x53ac,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  cues: 0x1c53bb6b,
  cuePoint: 0xbb,
  cueTime: 0xb3,
  cuePositions: 0xb7,
  cueTrack: 0xf7,
  cluster: 0x1f43b675,
} as const;

const headBytes = 256 * 1024;
/** A film of a day with a key frame every second needs less. */
const largestCues = 32 * 1024 * 1024;

interface Head {
  base: number;
  scale: number;
  videoTrack: number | undefined;
  places: Map<number, number>;
}

/** Times of the key frames in milliseconds, from the index of a Matroska file; undefined where it has none. */
export async function readMatroskaKeyFrames(file: FileWindow): Promise<number[] | undefined> {
  const head = await readHead(file);
  const place = head?.places.get(id.cues);
  if (!head || place === undefined || head.videoTrack === undefined) return undefined;
  const start = await file.read(place, 16);
  const cues = elementAt(start, 0);
  if (cues?.id !== id.cues || cues.end > largestCues) return undefined;
  const bytes = await file.read(place + cues.at, cues.end - cues.at);
  return timesOf(bytes, head.videoTrack, head.scale);
}

async function readHead(file: FileWindow): Promise<Head | undefined> {
  const bytes = await file.read(0, headBytes);
  const ebml = elementAt(bytes, 0);
  const segment = ebml && elementAt(bytes, ebml.end);
  if (segment?.id !== id.segment) return undefined;
  const head: Head = { base: segment.at, scale: 1_000_000, videoTrack: undefined, places: new Map() };
  for (let at = segment.at; at < bytes.length;) {
    const element = elementAt(bytes, at);
    if (!element || element.id === id.cluster) break;
    if (!head.places.has(element.id)) head.places.set(element.id, at);
    if (element.end <= bytes.length) readTop(bytes, element, head);
    at = element.end;
  }
  await readElsewhere(file, head);
  return head;
}

function readTop(bytes: Buffer, element: Element, head: Head): void {
  if (element.id === id.seekHead) readSeekHead(bytes, element, head);
  else if (element.id === id.info) {
    for (const child of elementsIn(bytes, element.at, element.end))
      if (child.id === id.timestampScale) head.scale = uintOf(bytes, child) || 1_000_000;
  } else if (element.id === id.tracks) head.videoTrack ??= videoTrackOf(bytes, element);
}

function readSeekHead(bytes: Buffer, element: Element, head: Head): void {
  for (const seek of elementsIn(bytes, element.at, element.end)) {
    if (seek.id !== id.seek) continue;
    const found = { id: 0, position: -1 };
    for (const child of elementsIn(bytes, seek.at, seek.end)) {
      if (child.id === id.seekId) found.id = uintOf(bytes, child);
      if (child.id === id.seekPosition) found.position = uintOf(bytes, child);
    }
    if (found.position >= 0 && !head.places.has(found.id)) head.places.set(found.id, head.base + found.position);
  }
}

/** What lies behind the part that was read: large fonts may stand in front of the tracks. */
async function readElsewhere(file: FileWindow, head: Head): Promise<void> {
  const place = head.places.get(id.tracks);
  if (head.videoTrack !== undefined || place === undefined) return;
  const bytes = await file.read(place, headBytes);
  const tracks = elementAt(bytes, 0);
  if (tracks?.id === id.tracks) head.videoTrack = videoTrackOf(bytes, tracks);
}

function videoTrackOf(bytes: Buffer, tracks: Element): number | undefined {
  for (const entry of elementsIn(bytes, tracks.at, Math.min(tracks.end, bytes.length))) {
    if (entry.id !== id.trackEntry) continue;
    const track = { number: 0, type: 0 };
    for (const child of elementsIn(bytes, entry.at, entry.end)) {
      if (child.id === id.trackNumber) track.number = uintOf(bytes, child);
      if (child.id === id.trackType) track.type = uintOf(bytes, child);
    }
    if (track.type === 1) return track.number;
  }
  return undefined;
}

function timesOf(bytes: Buffer, videoTrack: number, scale: number): number[] {
  const times: number[] = [];
  for (const point of elementsIn(bytes, 0, bytes.length)) {
    if (point.id !== id.cuePoint) continue;
    let time = 0;
    let isVideo = false;
    for (const child of elementsIn(bytes, point.at, point.end)) {
      if (child.id === id.cueTime) time = uintOf(bytes, child);
      if (child.id !== id.cuePositions) continue;
      for (const field of elementsIn(bytes, child.at, child.end))
        if (field.id === id.cueTrack && uintOf(bytes, field) === videoTrack) isVideo = true;
    }
    if (isVideo) times.push((time * scale) / 1e6);
  }
  return times;
}
