// How much of a history is shown, how finely, and how often it is read anew.

export interface Window {
  /** As it stands in an address. */
  name: string;
  seconds: number;
  /** Seconds between two points, at least: no chart has more than about 900. */
  stepS: number;
  everyMs: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const WINDOWS: readonly Window[] = [
  { name: "5m", seconds: 5 * MINUTE, stepS: 1, everyMs: 1_000 },
  { name: "15m", seconds: 15 * MINUTE, stepS: 1, everyMs: 2_000 },
  { name: "1h", seconds: HOUR, stepS: 5, everyMs: 5_000 },
  { name: "6h", seconds: 6 * HOUR, stepS: 30, everyMs: 15_000 },
  { name: "24h", seconds: DAY, stepS: 120, everyMs: 30_000 },
  { name: "7d", seconds: 7 * DAY, stepS: 900, everyMs: 60_000 },
  { name: "30d", seconds: 30 * DAY, stepS: 3_600, everyMs: 60_000 },
];

const USUAL: Window = { name: "15m", seconds: 15 * MINUTE, stepS: 1, everyMs: 2_000 };

/** Returns the window of this name; the usual one for none. */
export const windowOf = (name: string | null): Window =>
  WINDOWS.find((window) => window.name === name) ?? USUAL;

/**
 * Returns from when on rows have to be read: all of the window at first, then what is new. The last rows
 * may have been read while they were still being written, so they are read again.
 */
export function readFrom(window: Window, nowS: number, lastS: number | null): number {
  const start = nowS - window.seconds;
  return lastS === null ? start : Math.max(start, lastS - 3 * window.stepS);
}

/** Whether the axis shows days rather than times. */
export const showsDays = (window: Window) => window.seconds > DAY;
