/** What a browser's long name says to a person. */
export interface Device {
  /** `Firefox`, `Chrome`, `curl`; empty when the name says nothing. */
  program: string;
  /** `Windows`, `Android`, …; empty when unknown. */
  system: string;
  phone: boolean;
}

const programs: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\bHeadlessChrome\//, 'Chrome (headless)'],
  [/\b(Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/\b(iPhone|iPod)\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\b(Linux|X11)\b/, 'Linux'],
];

/** Reads a `User-Agent`. Programs that are no browser keep the first word of theirs. */
export function readUserAgent(userAgent: string): Device {
  const program = programs.find(([pattern]) => pattern.test(userAgent))?.[1] ?? userAgent.split(/[/\s]/)[0] ?? '';
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1] ?? '';
  return { program, system, phone: /\b(iPhone|iPod|Android|Mobile)\b/.test(userAgent) };
}
