// The limits of a drop as a form holds them, and what of them is new.
import type { Limits, LimitsChange } from "../../../api/operator_types.ts";
import { numberFault, numberOf, type Range, typedOf } from "../../../parts/numbers.ts";

export const LIMIT_NAMES = [
  "admission_rate_per_second",
  "occupancy_cap",
  "order_rate_per_second",
  "line_cap",
  "no_show_percent",
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** The limits of a drop; nobody pays for a visit, and so nobody fails to. */
export const limitsOf = (sellsUnits: boolean) =>
  LIMIT_NAMES.filter((name) => sellsUnits || name !== "no_show_percent");

const RATE: Range = { min: 0.001, max: 100_000, isWhole: false };
const COUNT: Range = { min: 1, max: 10_000_000, isWhole: true };

/** What the API takes. */
export const RANGES: Record<LimitName, Range> = {
  admission_rate_per_second: RATE,
  occupancy_cap: COUNT,
  order_rate_per_second: RATE,
  line_cap: COUNT,
  no_show_percent: { min: 0, max: 30, isWhole: true },
};

/** Whether a limit may be of very different sizes, so that a slider helps. */
export const hasSlider = (name: LimitName) => name !== "no_show_percent";

/** Whether a limit may be left to the setting for all drops, by an empty field. */
export const mayBeEmpty = (name: LimitName) => name === "line_cap";

/** Each limit as it is typed. */
export type Draft = Record<LimitName, string>;

const typed = (value: number | null) => (value === null ? "" : typedOf(value));

export const draftOf = (limits: Limits): Draft => ({
  admission_rate_per_second: typed(limits.admission_rate_per_second),
  occupancy_cap: typed(limits.occupancy_cap),
  order_rate_per_second: typed(limits.order_rate_per_second),
  line_cap: typed(limits.line_cap),
  no_show_percent: typed(limits.no_show_percent),
});

/** Whether what is typed leaves a limit to the setting for all drops. */
export const isOfSetting = (name: LimitName, typed: string) => mayBeEmpty(name) && typed.trim() === "";

export const isRight = (draft: Draft) =>
  LIMIT_NAMES.every(
    (name) => isOfSetting(name, draft[name]) || numberFault(draft[name], RANGES[name]) === null,
  );

/** Returns the limits that differ from those that a drop has; of a draft that is right. */
export function changeOf(draft: Draft, limits: Limits): LimitsChange {
  const change: LimitsChange = {};
  for (const name of LIMIT_NAMES) {
    const value = isOfSetting(name, draft[name]) ? null : numberOf(draft[name]);
    if (value === limits[name]) continue;
    if (name === "line_cap") change.line_cap = value;
    else if (value !== null) change[name] = value;
  }
  return change;
}

/** Returns what of a change can be looked at before: who will not show up, nobody can tell. */
export function foreseen({ no_show_percent: _, ...rest }: LimitsChange): LimitsChange {
  return rest;
}

export const hasChange = (change: LimitsChange) => Object.keys(change).length > 0;
