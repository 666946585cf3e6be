/**
 * The play-state rules: from where a title is resumed and when it counts as watched. One pure function and four presets with the
 * numbers of the servers people come from.
 */
export interface PlayStateRules {
  /** No resume point before this share of the running time, in percent, … */
  resumeFromPercent: number;
  /** … nor before this position. */
  resumeFromMs: number;
  /** No resume point after this share. */
  resumeUntilPercent: number;
  /** Watched from this share on. Jellyfin's threshold itself is not enough (`exclusive`). */
  playedFromPercent: number;
  exclusive: boolean;
  /** Watched when no more than this is left. */
  playedLastMs: number;
  /** Titles shorter than this are never resumed: past `resumeFromPercent` they are watched. */
  shortMs: number;
}

export const presets = {
  jellyfin: {
    resumeFromPercent: 5,
    resumeFromMs: 0,
    resumeUntilPercent: 90,
    playedFromPercent: 90,
    exclusive: true,
    playedLastMs: 1000,
    shortMs: 300_000,
  },
  kodi: {
    resumeFromPercent: 0,
    resumeFromMs: 180_000,
    resumeUntilPercent: 92,
    playedFromPercent: 90,
    exclusive: false,
    playedLastMs: 0,
    shortMs: 0,
  },
  plex: {
    resumeFromPercent: 0,
    resumeFromMs: 0,
    resumeUntilPercent: 90,
    playedFromPercent: 90,
    exclusive: false,
    playedLastMs: 0,
    shortMs: 0,
  },
  trakt: {
    resumeFromPercent: 1,
    resumeFromMs: 0,
    resumeUntilPercent: 80,
    playedFromPercent: 80,
    exclusive: false,
    playedLastMs: 0,
    shortMs: 0,
  },
} as const satisfies Record<string, PlayStateRules>;

export type PresetName = keyof typeof presets;

/** What is stored of one person and one title. */
export interface PlayState {
  positionMs: number;
  durationMs: number;
  played: boolean;
  playCount: number;
  lastPlayedAt: number | undefined;
}

export const unplayed: PlayState = {
  positionMs: 0,
  durationMs: 0,
  played: false,
  playCount: 0,
  lastPlayedAt: undefined,
};

export interface PositionReport {
  positionMs: number;
  /** 0 when nobody knows. */
  durationMs: number;
  at: number;
}

export interface PlayStateChange {
  state: PlayState;
  /** This report completed a viewing that is not in the log yet. */
  completed: boolean;
}

/** A report of where somebody is. Watching again never takes the tick away; a viewing is one however often its end is reported. */
export function applyReport(before: PlayState, report: PositionReport, rules: PlayStateRules): PlayStateChange {
  const durationMs = report.durationMs || before.durationMs;
  const positionMs = durationMs > 0 ? Math.min(report.positionMs, durationMs) : report.positionMs;
  const place = placeOf(positionMs, durationMs, rules);
  if (place !== 'end') {
    return { state: { ...before, durationMs, positionMs: place === 'middle' ? positionMs : 0 }, completed: false };
  }
  const sameViewing =
    before.lastPlayedAt !== undefined && report.at - before.lastPlayedAt < Math.max(durationMs, 60_000);
  const completed = !before.played || !sameViewing;
  return {
    state: {
      positionMs: 0,
      durationMs,
      played: true,
      playCount: before.playCount + (completed ? 1 : 0),
      lastPlayedAt: completed ? report.at : before.lastPlayedAt,
    },
    completed,
  };
}

/** Somebody says it outright. Taking the tick away keeps the log and the count. */
export function applyMark(before: PlayState, played: boolean, at: number): PlayStateChange {
  if (!played) return { state: { ...before, played: false, positionMs: 0 }, completed: false };
  if (before.played) return { state: { ...before, positionMs: 0 }, completed: false };
  return {
    state: { ...before, positionMs: 0, played: true, playCount: before.playCount + 1, lastPlayedAt: at },
    completed: true,
  };
}

function placeOf(positionMs: number, durationMs: number, rules: PlayStateRules): 'start' | 'middle' | 'end' {
  if (durationMs <= 0) return positionMs >= Math.max(rules.resumeFromMs, 1) ? 'middle' : 'start';
  const percent = (positionMs / durationMs) * 100;
  const past = rules.exclusive ? percent > rules.playedFromPercent : percent >= rules.playedFromPercent;
  if (past || durationMs - positionMs <= rules.playedLastMs) return 'end';
  if (positionMs === 0 || percent < rules.resumeFromPercent || positionMs < rules.resumeFromMs) return 'start';
  if (durationMs < rules.shortMs) return 'end';
  return percent > rules.resumeUntilPercent ? 'start' : 'middle';
}

/** Numbers that override those of a preset; absent ones do not. */
export interface RuleOverrides {
  minResumePercent?: number | undefined;
  maxResumePercent?: number | undefined;
  minResumeSeconds?: number | undefined;
  minDurationSeconds?: number | undefined;
}

/** The rules of a preset with the server's own numbers. */
export function rulesOf(preset: PresetName, own: RuleOverrides): PlayStateRules {
  const { minResumePercent, maxResumePercent, minResumeSeconds, minDurationSeconds } = own;
  return {
    ...presets[preset],
    ...(minResumePercent !== undefined && { resumeFromPercent: minResumePercent }),
    ...(maxResumePercent !== undefined && {
      resumeUntilPercent: maxResumePercent,
      playedFromPercent: maxResumePercent,
    }),
    ...(minResumeSeconds !== undefined && { resumeFromMs: minResumeSeconds * 1000 }),
    ...(minDurationSeconds !== undefined && { shortMs: minDurationSeconds * 1000 }),
  };
}
