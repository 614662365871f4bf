// Why a line is as fast as it is: what holds it back now, the strongest reason first.
import type { Limits } from "../../api/operator_types.ts";
import type { DropState, Mode, Numbers } from "../../api/types.ts";
import { rate } from "../../format.ts";
import { LATELY_S } from "./lately.ts";

/** What the room's figures of the last seconds were; null where nothing was written. */
export interface Lately {
  admittedPerSecond: number | null;
  commandLagMs: number | null;
  commitMs: number | null;
  providerErrors: number | null;
  /** 0: calls are made; 1: a few are tried; 2: none is made. */
  breaker: number | null;
  /** What the worker says holds those up who wait, if it is not the rate alone. */
  heldUpBy: string | null;
}

export interface Room {
  state: DropState;
  mode: Mode;
  limits: Limits;
  numbers: Numbers;
  lately: Lately | null;
  sellsUnits: boolean;
}

/** `stops`: nobody is let in; `slows`: fewer than could be; `fine`: as it should be; `unknown`: nobody can tell. */
export type Severity = "stops" | "slows" | "fine" | "unknown";

export interface Pressure {
  code: string;
  severity: Severity;
  values: Record<string, number | string>;
}

/** A lag of commands from which on orders are behind the people who were let in. */
const LAG_MS = 2_000;
/** A commit that takes longer slows all orders of its drop. */
const COMMIT_MS = 500;
/** What a worker says of the services behind a room; what it says of its line and units shows in their figures. */
const SAID: Record<string, Severity> = {
  no_processor: "stops",
  unseen: "stops",
  commands_wait: "stops",
  line_away: "stops",
  provider_away: "stops",
  provider_tried: "slows",
  eased_by_lag: "slows",
  eased_by_commits: "slows",
  eased_by_provider: "slows",
};
/** Whoever is let in as fast as this share of the rate is held back by the rate alone. */
const AT_RATE = 0.9;
/** What tells that nothing but the rate holds back those who wait. */
const OF_RATE = ["rate", "slow_rate"];

export function pressuresOn(room: Room): Pressure[] {
  const found = [...ofDrop(room), ...ofLine(room), ...ofUnits(room), ...ofServices(room)];
  // While something stops a line, nobody is let in at its rate.
  const isStopped = found.some(({ severity }) => severity === "stops");
  const order: Severity[] = ["stops", "slows", "fine", "unknown"];
  const sorted = found
    .filter(({ code }) => !(isStopped && OF_RATE.includes(code)))
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return sorted.length === 0 ? [withoutReason(room)] : sorted;
}

/** Whoever waits while no figures say how fast people come in may be held back all the same. */
const withoutReason = ({ numbers: { line }, lately }: Room): Pressure =>
  (line?.waiting ?? 0) > 0 && (lately?.admittedPerSecond ?? null) === null
    ? pressure("not_recorded", "unknown")
    : pressure("none", "fine");

const pressure = (code: string, severity: Severity, values: Pressure["values"] = {}): Pressure => ({
  code,
  severity,
  values,
});

function* ofDrop({ state, mode }: Room): Generator<Pressure> {
  if (state === "scheduled") yield pressure("not_yet_open", "fine");
  else if (state !== "open") yield pressure("not_open", "stops");
  if (mode === "drain") yield pressure("mode_drain", "slows");
  else if (mode !== "running") yield pressure(`mode_${mode}`, "stops");
}

function* ofLine({ state, limits, numbers: { line }, lately }: Room): Generator<Pressure> {
  if (state !== "open") return;
  if (line === null) {
    yield pressure("line_unknown", "slows");
    return;
  }
  const cap = limits.occupancy_cap;
  if (line.occupied >= cap) yield pressure("occupancy", "stops", { count: line.occupied, cap });
  if (line.waiting === 0) yield pressure("nobody_waits", "fine");
  const lineCap = limits.line_cap;
  if (lineCap !== null && line.waiting >= lineCap) yield pressure("line_full", "slows", { cap: lineCap });
  if (line.waiting > 0) yield* ofRate(limits.admission_rate_per_second, lately?.admittedPerSecond ?? null);
}

function* ofRate(limit: number, admitted: number | null): Generator<Pressure> {
  if (admitted === null) return;
  // One more or less in that time is no difference.
  const least = AT_RATE * limit - 1 / LATELY_S;
  // A rate so slow may let nobody in for longer than these seconds: that nobody came says nothing.
  if (least <= 0) yield pressure("slow_rate", "fine", { rate: rate(limit) });
  else if (admitted >= least) yield pressure("rate", "fine", { rate: rate(limit) });
}

function* ofUnits({ state, sellsUnits, numbers: { units } }: Room): Generator<Pressure> {
  if (state !== "open" || !sellsUnits || units.available > 0) return;
  if (units.reserved > 0) yield pressure("all_held", "stops", { count: units.reserved });
  else yield pressure("all_sold", "stops");
}

function* ofServices({ lately }: Room): Generator<Pressure> {
  if (lately === null) return;
  const { commandLagMs, commitMs, providerErrors, breaker, heldUpBy } = lately;
  const said = SAID[heldUpBy ?? ""];
  if (heldUpBy !== null && said !== undefined) yield pressure(heldUpBy, said);
  // A worker that is held up by the provider has said so already.
  const isSaid = heldUpBy === "provider_away" || heldUpBy === "provider_tried";
  if (breaker === 2 && !isSaid) yield pressure("breaker_open", "slows");
  if (breaker === 1 && !isSaid) yield pressure("breaker_half", "slows");
  const errors = providerErrors ?? 0;
  if (errors > 0) yield pressure("provider_errors", "slows", { count: errors });
  if ((commandLagMs ?? 0) > LAG_MS)
    yield pressure("command_lag", "slows", { seconds: Math.round((commandLagMs ?? 0) / 1_000) });
  if ((commitMs ?? 0) > COMMIT_MS) yield pressure("slow_commits", "slows", { ms: commitMs ?? 0 });
}
