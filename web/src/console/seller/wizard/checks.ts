// What is wrong with a draft, before the server says so.
import type { Product } from "../../api/seller_types.ts";
import { type NumberFault, numberFault, numberOf, type Range } from "../../parts/numbers.ts";
import { momentOf } from "../../time/zones.ts";
import { type LaneFaultCode, type LaneField, laneFaults, SHARE } from "../lanes/draft.ts";
import { isAddress, isOrigin } from "./addresses.ts";
import { originsOf, type WizardDraft } from "./draft.ts";
import { type UnitsFaultCode, unitsFaults } from "./units.ts";

/** The fields that can be wrong; the units of a variant have its id behind a colon, a lane's its own. */
export type FieldName =
  | "product"
  | "title"
  | "siteUrl"
  | "origins"
  | "units"
  | `units:${string}`
  | "unitsPerTicket"
  | "unitsPerCustomer"
  | "opens"
  | "closes"
  | "pace"
  | "atOnce"
  | "visits"
  | "ordersPerSecond"
  | "noShows"
  | "minutes"
  | "cooldown"
  | LaneField;

export type FaultCode =
  | NumberFault
  | UnitsFaultCode
  | LaneFaultCode
  | "missing"
  | "address"
  | "past"
  | "closes_before";

export type Faults = Partial<Record<FieldName, FaultCode>>;

const UNITS: Range = { min: 1, max: 10_000_000, isWhole: true };
const RATE: Range = { min: 0.001, max: 100_000, isWhole: false };

/** What the numbers may be, as the API takes them; a hold must outlast two calls to the provider. */
export function rangeOf(name: FieldName, { kind }: WizardDraft): Range {
  if (name.startsWith("units:") || name === "visits") return UNITS;
  if (name.startsWith("laneShare:")) return SHARE;
  if (name === "unitsPerTicket") return { min: 1, max: 1_000, isWhole: true };
  if (name === "unitsPerCustomer") return { min: 1, max: 100_000, isWhole: true };
  if (name === "atOnce") return { min: 1, max: 10_000_000, isWhole: true };
  if (name === "noShows") return { min: 0, max: 30, isWhole: true };
  if (name === "cooldown") return { min: 0, max: 1_440, isWhole: false };
  if (name === "minutes") return { min: kind === "pass" ? 1 / 60 : 0.35, max: 1_440, isWhole: false };
  if (name === "pace" && kind === "pass") return { min: 0.06, max: 6_000_000, isWhole: false };
  return RATE;
}

/** A minute of grace: a browser's clock may be behind. */
const BEHIND_MS = 60_000;

/** Returns the fault of each field that is wrong; of a product that was not read yet, no stock is known. */
export function faultsOf(draft: WizardDraft, product: Product | null, nowMs: number): Faults {
  const found = {
    ...(draft.kind === "pass" ? siteFaults(draft) : saleFaults(draft, product)),
    ...timeFaults(draft, nowMs),
    pace: inRange("pace", draft),
    atOnce: inRange("atOnce", draft),
    minutes: inRange("minutes", draft),
    title: draft.title.trim() === "" ? ("missing" as const) : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, fault]) => fault !== undefined)) as Faults;
}

function inRange(name: keyof WizardDraft & FieldName, draft: WizardDraft): NumberFault | undefined {
  const typed = draft[name];
  return numberFault(typeof typed === "string" ? typed : "", rangeOf(name, draft)) ?? undefined;
}

function saleFaults(draft: WizardDraft, product: Product | null): Faults {
  const [perTicket, perCustomer] = [numberOf(draft.unitsPerTicket), numberOf(draft.unitsPerCustomer)];
  const isAbove = perTicket !== null && perCustomer !== null && perTicket > perCustomer;
  const { perTicket: aboveUnits, ...ofUnits } = unitsFaults(draft, product, UNITS);
  return {
    ...ofUnits,
    ...laneFaults(draft.lanes),
    product: draft.productId === "" ? "missing" : undefined,
    unitsPerTicket: inRange("unitsPerTicket", draft) ?? (isAbove ? "above_customer" : aboveUnits),
    unitsPerCustomer: inRange("unitsPerCustomer", draft),
    ordersPerSecond: inRange("ordersPerSecond", draft),
    noShows: inRange("noShows", draft),
    cooldown: inRange("cooldown", draft),
  };
}

function siteFaults(draft: WizardDraft): Faults {
  return {
    siteUrl: isAddress(draft.siteUrl) ? undefined : "address",
    origins: originsOf(draft).every(isOrigin) ? undefined : "address",
    visits: draft.visits.trim() === "" ? undefined : inRange("visits", draft),
  };
}

function timeFaults({ opening, opens, hasEnd, closes }: WizardDraft, nowMs: number): Faults {
  if (opening === "later") return {};
  const opensAt = opening === "now" ? nowMs : momentOf(opens);
  const closesAt = momentOf(closes);
  const isPast = opensAt === null || opensAt < nowMs - BEHIND_MS;
  const closesBefore = closesAt === null || opensAt === null || closesAt <= opensAt || closesAt <= nowMs;
  return {
    opens: isPast ? "past" : undefined,
    closes: hasEnd && closesBefore ? "closes_before" : undefined,
  };
}
