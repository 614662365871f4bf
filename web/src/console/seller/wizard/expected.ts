// The crowd that a seller expects, and what is asked with it.
import type { WhatIfInput } from "../../api/seller_types.ts";
import { numberFault, numberOf, type Range } from "../../parts/numbers.ts";
import { rangeOf } from "./checks.ts";
import { soldIn, type WizardDraft } from "./draft.ts";

/** As it is typed. */
export interface Expected {
  people: string;
  /** Percent of them who are there when it opens. */
  atOpening: string;
  /** Minutes over which the others come. */
  overMinutes: string;
  /** Percent of those let in who pay. */
  pay: string;
  /** Minutes after which they have paid. */
  payAfter: string;
}

export const USUAL: Expected = {
  people: "5000",
  atOpening: "50",
  overMinutes: "30",
  pay: "90",
  payAfter: "1",
};

export const EXPECTED_RANGES: Record<keyof Expected, Range> = {
  people: { min: 1, max: 1_000_000, isWhole: true },
  atOpening: { min: 0, max: 100, isWhole: true },
  overMinutes: { min: 0, max: 1_440, isWhole: false },
  pay: { min: 0, max: 100, isWhole: true },
  payAfter: { min: 0, max: 1_440, isWhole: false },
};

const UNITS: Range = { min: 1, max: 10_000_000, isWhole: true };
const MINUTE_S = 60;

/** Returns what is asked; null as long as something that it needs is missing or wrong. */
export function whatIfBody(draft: WizardDraft, expected: Expected): WhatIfInput | null {
  const isSite = draft.kind === "pass";
  const of = (name: keyof Expected) => within(expected[name], EXPECTED_RANGES[name]);
  const set = (name: "pace" | "atOnce" | "ordersPerSecond" | "minutes" | "unitsPerTicket") =>
    within(draft[name], rangeOf(name, draft));
  const [pace, hold] = [set("pace"), secondsOf(set("minutes"))];
  const isEndless = isSite && draft.visits.trim() === "";
  const units = isSite ? within(draft.visits, UNITS) : unitsOf(draft);
  const perTicket = isSite ? 1 : set("unitsPerTicket");
  const body = {
    people: of("people"),
    at_opening_percent: of("atOpening"),
    over_seconds: secondsOf(of("overMinutes")),
    units_per_ticket: perTicket,
    admission_rate_per_second: pace !== null && isSite ? Math.max(0.001, pace / MINUTE_S) : pace,
    occupancy_cap: set("atOnce"),
    order_rate_per_second: isSite ? 100_000 : set("ordersPerSecond"),
    hold_seconds: hold,
    // Nobody pays before a site; of so many visits each that begins is gone, and takes all of its time.
    pay_percent: isSite ? (isEndless ? 0 : 100) : of("pay"),
    pay_after_seconds: isSite ? (isEndless ? 0 : hold) : secondsOf(of("payAfter")),
  };
  const isWhole = Object.values(body).every((value) => value !== null);
  const hasUnits = isEndless || (units !== null && perTicket !== null && perTicket <= units);
  return isWhole && hasUnits ? ({ ...body, units } as WhatIfInput) : null;
}

const within = (typed: string, range: Range) => (numberFault(typed, range) === null ? numberOf(typed) : null);

const secondsOf = (minutes: number | null) => (minutes === null ? null : Math.round(minutes * MINUTE_S));

/** All units that are sold; null if none are, or one of the numbers is wrong. */
function unitsOf(draft: WizardDraft): number | null {
  const units = soldIn(draft).map(([, typed]) => within(typed, UNITS));
  const sum = units.reduce<number>((total, count) => total + (count ?? 0), 0);
  return units.includes(null) || sum === 0 || sum > UNITS.max ? null : sum;
}
