// Lanes as a form holds them: what is wrong with them, and what the API takes.
import type { LaneInput } from "../../api/seller_types.ts";
import type { Lane } from "../../api/types.ts";
import { type NumberFault, numberFault, numberOf, type Range } from "../../parts/numbers.ts";

export interface LaneDraft {
  /** Its number, which codes name. */
  lane: number;
  name: string;
  /** Percent of those who are let in, as it is typed. */
  share: string;
}

export type LaneField = "lanes" | `laneName:${number}` | `laneShare:${number}`;
export type LaneFaultCode = "missing" | "shares" | NumberFault;
export type LaneFaults = Partial<Record<LaneField, LaneFaultCode>>;

/** Lanes beside the normal one, by their numbers. */
const NUMBERS = [1, 2, 3] as const;
/** Percent that all of them may have together: the rest is the normal lane's. */
export const MAX_SHARES = 90;
export const SHARE: Range = { min: 0, max: MAX_SHARES, isWhole: true };

/** Returns the lanes that a drop has beside the normal one. */
export const laneDrafts = (lanes: readonly Lane[] = []): LaneDraft[] =>
  lanes
    .filter(({ lane }) => lane !== 0)
    .map(({ lane, name, share_percent }) => ({ lane, name: name ?? "", share: String(share_percent) }));

/** Returns a lane with a number that is free; null if there are as many as may be. */
export function anotherLane(lanes: readonly LaneDraft[]): LaneDraft | null {
  const free = NUMBERS.find((number) => lanes.every(({ lane }) => lane !== number));
  return free === undefined ? null : { lane: free, name: "", share: "10" };
}

/** Returns the fault of each field that is wrong. */
export function laneFaults(lanes: readonly LaneDraft[]): LaneFaults {
  const faults: LaneFaults = {};
  for (const { lane, name, share } of lanes) {
    if (name.trim() === "") faults[`laneName:${lane}`] = "missing";
    const fault = numberFault(share, SHARE);
    if (fault !== null) faults[`laneShare:${lane}`] = fault;
  }
  if (sumOf(lanes) > MAX_SHARES) faults.lanes = "shares";
  return faults;
}

/** Returns the share that is left to the normal lane, in percent. */
export const normalShare = (lanes: readonly LaneDraft[]) => Math.max(0, 100 - sumOf(lanes));

const sumOf = (lanes: readonly LaneDraft[]) =>
  lanes.reduce((sum, { share }) => sum + (numberOf(share) ?? 0), 0);

export const lanesBody = (lanes: readonly LaneDraft[]): LaneInput[] =>
  lanes.map(({ lane, name, share }) => ({ lane, name: name.trim(), share_percent: numberOf(share) ?? 0 }));
