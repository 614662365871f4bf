// What a gate is to do while its line gives no answer, as it is typed.
import type { FailureChoice, FailurePolicy } from "../../api/types.ts";
import { numberFault, numberOf, type Range } from "../numbers.ts";

/** People who may come in per minute without a line. */
export const PER_MINUTE: Range = { min: 1, max: 60_000, isWhole: true };

/** Where not everybody may join, nobody comes in without the line either. */
export const policiesFor = (isForAll: boolean): FailurePolicy[] =>
  isForAll ? ["closed", "hold", "open"] : ["closed", "hold"];

/** Returns what is sent; null while the number that goes with `open` is wrong. */
export function choiceOf(policy: FailurePolicy, perMinute: string): FailureChoice | null {
  if (policy !== "open") return { policy, per_minute: null };
  if (numberFault(perMinute, PER_MINUTE) !== null) return null;
  return { policy, per_minute: numberOf(perMinute) };
}

export const isSame = (one: FailureChoice, other: FailureChoice) =>
  one.policy === other.policy && one.per_minute === other.per_minute;
