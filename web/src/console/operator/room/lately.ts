// What the last rows of a room's history say of now.
import type { History } from "../../api/types.ts";
import { last, mean, samplesOf } from "../../charts/samples.ts";
import type { Lately } from "./pressure.ts";

/** How long back a row still speaks of now. */
export const LATELY_S = 20;

/** Returns the figures of the last seconds; null if nothing was written in them. */
export function latelyOf(history: History): Lately | null {
  const { at, columns, heldUpBy } = samplesOf(history);
  if (at.length === 0) return null;
  return {
    // Over all of the time: single seconds jump.
    admittedPerSecond: mean(columns.admitted),
    commandLagMs: last(columns.command_lag_ms),
    commitMs: last(columns.commit_ms),
    providerErrors: columns.provider_errors.reduce<number>((sum, n) => sum + (n ?? 0), 0),
    breaker: last(columns.breaker),
    heldUpBy: heldUpBy.at(-1) ?? null,
  };
}
