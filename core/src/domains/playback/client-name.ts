const browsers: readonly (readonly [RegExp, string])[] = [
  [/Edg(?:e|A|iOS)?\/(\d+)/, 'Edge'],
  [/OPR\/(\d+)/, 'Opera'],
  [/SamsungBrowser\/(\d+)/, 'Samsung Internet'],
  [/(?:Firefox|FxiOS)\/(\d+)/, 'Firefox'],
  [/(?:Chrome|CriOS|HeadlessChrome)\/(\d+)/, 'Chrome'],
  [/Version\/(\d+).*Safari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** `Firefox 140 · Linux`, as far as the header tells. */
export function clientName(userAgent: string): string {
  const browser = browsers
    .map(([pattern, name]) => [pattern.exec(userAgent)?.[1], name] as const)
    .find(([version]) => version);
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1];
  const words = [browser && `${browser[1]} ${browser[0]}`, system].filter((word) => word !== undefined);
  return words.join(' · ') || userAgent.slice(0, 60);
}
