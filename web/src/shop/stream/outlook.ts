// What somebody in line may expect, as shown: how long it takes, why longer than it was said to, and how
// likely a unit is.
import type { EtaReason, Prospects } from "../api/types.ts";

/** Seconds by which half of such waits are over, and nine in ten. */
export interface Eta {
  p50S: number;
  p90S: number;
}

export interface Outlook {
  /** Null while no time can be told. */
  eta: Eta | null;
  /** The last time that was told, whatever is told now. */
  toldS: number | null;
  /** Why it takes longer than it was said to, and how long that was; null once it no longer does. */
  slowed: { reason: EtaReason; fromS: number } | null;
  /** How likely the wanted units are, in percent; null where none are waited for. */
  odds: number | null;
  /** Whether all units are held by others. */
  standby: boolean;
}

/** Before anything was told. */
export const NO_OUTLOOK: Outlook = { eta: null, toldS: null, slowed: null, odds: null, standby: false };

/** Returns what to show after a frame, given what was shown before. */
export function outlookAfter(previous: Outlook | null, told: Prospects): Outlook {
  const eta = etaOf(told);
  return {
    eta,
    toldS: eta?.p50S ?? previous?.toldS ?? null,
    slowed: slowedAfter(previous ?? NO_OUTLOOK, told, eta),
    odds: told.odds_percent ?? null,
    standby: told.standby ?? false,
  };
}

const etaOf = ({ eta_p50_s: p50S, eta_p90_s: p90S }: Prospects): Eta | null =>
  typeof p50S === "number" && typeof p90S === "number" ? { p50S, p90S } : null;

/** A reason stands until the time is as short again as it was said to be. */
function slowedAfter({ slowed, toldS }: Outlook, told: Prospects, eta: Eta | null): Outlook["slowed"] {
  const fromS = slowed?.fromS ?? toldS;
  if (told.eta_reason && fromS !== null) return { reason: told.eta_reason, fromS };
  const isOver = slowed !== null && eta !== null && eta.p50S <= slowed.fromS;
  return isOver ? null : slowed;
}
