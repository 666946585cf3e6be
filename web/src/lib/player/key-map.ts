export type PlayerAction =
  | { do: 'toggle-play' }
  | { do: 'skip'; seconds: number }
  | { do: 'volume'; by: number }
  | { do: 'seek-tenth'; tenth: number }
  | { do: 'speed'; by: 1 | -1 }
  | { do: 'frame'; by: 1 | -1 }
  | {
      do:
        | 'mute'
        | 'fullscreen'
        | 'theater'
        | 'picture-in-picture'
        | 'subtitles'
        | 'subtitle-menu'
        | 'audio-menu'
        | 'settings-menu'
        | 'next'
        | 'previous'
        | 'help'
        | 'escape';
    };

type KeyPress = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>;

const plain: Record<string, PlayerAction> = {
  ' ': { do: 'toggle-play' },
  k: { do: 'toggle-play' },
  MediaPlayPause: { do: 'toggle-play' },
  ArrowLeft: { do: 'skip', seconds: -10 },
  ArrowRight: { do: 'skip', seconds: 10 },
  j: { do: 'skip', seconds: -30 },
  l: { do: 'skip', seconds: 30 },
  ArrowUp: { do: 'volume', by: 0.05 },
  ArrowDown: { do: 'volume', by: -0.05 },
  m: { do: 'mute' },
  f: { do: 'fullscreen' },
  t: { do: 'theater' },
  p: { do: 'picture-in-picture' },
  i: { do: 'picture-in-picture' },
  c: { do: 'subtitles' },
  a: { do: 'audio-menu' },
  s: { do: 'settings-menu' },
  n: { do: 'next' },
  '?': { do: 'help' },
  '<': { do: 'speed', by: -1 },
  '>': { do: 'speed', by: 1 },
  ',': { do: 'frame', by: -1 },
  '.': { do: 'frame', by: 1 },
  Home: { do: 'seek-tenth', tenth: 0 },
  Escape: { do: 'escape' },
};
const shifted: Record<string, PlayerAction> = {
  n: { do: 'previous' },
  c: { do: 'subtitle-menu' },
};
/** Signs that need Shift on one keyboard and none on another. */
const signs = new Set(['?', '<', '>']);

/** What a key does in the player; undefined for keys that are not ours. */
export function actionOf(press: KeyPress): PlayerAction | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (/^[0-9]$/.test(key)) return press.shiftKey ? undefined : { do: 'seek-tenth', tenth: Number(key) };
  return press.shiftKey && !signs.has(key) ? shifted[key] : plain[key];
}
