// When a change of limits comes: at once, at a time, slowly, or both of the last two.
import type { LimitsChange } from "../../../api/operator_types.ts";
import { numberFault, numberOf, type Range } from "../../../parts/numbers.ts";
import { momentOf, rfc3339, type WallTime } from "../../../time/zones.ts";

export interface Timing {
  isLater: boolean;
  at: WallTime;
  isSlow: boolean;
  /** Minutes of the ramp, as they are typed. */
  minutes: string;
}

/** A ramp takes from a second to a day. */
export const MINUTES: Range = { min: 1 / 60, max: 1_440, isWhole: false };

const YEAR_MS = 365 * 24 * 3_600_000;

export type TimingFault = "past" | "far" | "minutes" | "no_rate";

/** Returns what is wrong with a timing for this change, or null. */
export function timingFault(timing: Timing, change: LimitsChange, nowMs: number): TimingFault | null {
  if (timing.isLater) {
    const at = momentOf(timing.at);
    if (at === null || at <= nowMs) return "past";
    if (at - nowMs > YEAR_MS) return "far";
  }
  if (!timing.isSlow) return null;
  if (numberFault(timing.minutes, MINUTES) !== null) return "minutes";
  // Only the rate at which people are let in moves slowly.
  return change.admission_rate_per_second === undefined ? "no_rate" : null;
}

/** Returns what a plan says besides its limits; null for a change at once. */
export function planOf(timing: Timing): { at?: string; over_seconds?: number } | null {
  const plan: { at?: string; over_seconds?: number } = {};
  const at = momentOf(timing.at);
  if (timing.isLater && at !== null) plan.at = rfc3339(at);
  const minutes = numberOf(timing.minutes);
  if (timing.isSlow && minutes !== null) plan.over_seconds = Math.max(1, Math.round(minutes * 60));
  return Object.keys(plan).length === 0 ? null : plan;
}
