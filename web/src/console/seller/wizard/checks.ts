// What is wrong with a draft, before the server says so.
import { type NumberFault, numberFault, numberOf, type Range } from "../../parts/numbers.ts";
import { momentOf } from "../../time/zones.ts";
import { originsOf, type WizardDraft } from "./draft.ts";

/** The fields that can be wrong. */
export type FieldName =
  | "variant"
  | "title"
  | "siteUrl"
  | "origins"
  | "units"
  | "unitsPerTicket"
  | "unitsPerCustomer"
  | "opens"
  | "closes"
  | "pace"
  | "atOnce"
  | "ordersPerSecond"
  | "minutes";

export type FaultCode =
  | NumberFault
  | "missing"
  | "above_stock"
  | "above_units"
  | "above_customer"
  | "address"
  | "past"
  | "closes_before";

export type Faults = Partial<Record<FieldName, FaultCode>>;

const UNITS: Range = { min: 1, max: 10_000_000, isWhole: true };
const RATE: Range = { min: 0.001, max: 100_000, isWhole: false };

/** What the numbers may be, as the API takes them; a hold must outlast two calls to the provider. */
export function rangeOf(name: FieldName, { kind }: WizardDraft): Range {
  if (name === "units") return UNITS;
  if (name === "unitsPerTicket") return { min: 1, max: 1_000, isWhole: true };
  if (name === "unitsPerCustomer") return { min: 1, max: 100_000, isWhole: true };
  if (name === "atOnce") return { min: 1, max: 10_000_000, isWhole: true };
  if (name === "minutes") return { min: kind === "pass" ? 1 / 60 : 0.35, max: 1_440, isWhole: false };
  if (name === "pace" && kind === "pass") return { min: 0.06, max: 6_000_000, isWhole: false };
  return RATE;
}

/** A minute of grace: a browser's clock may be behind. */
const BEHIND_MS = 60_000;

/** Returns the fault of each field that is wrong; `stock` is the variant's, null before one is chosen. */
export function faultsOf(draft: WizardDraft, stock: number | null, nowMs: number): Faults {
  const found = {
    ...(draft.kind === "auto" ? saleFaults(draft, stock) : siteFaults(draft)),
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

function saleFaults(draft: WizardDraft, stock: number | null): Faults {
  const units = numberOf(draft.units) ?? 0;
  const [perTicket, perCustomer] = [numberOf(draft.unitsPerTicket), numberOf(draft.unitsPerCustomer)];
  const above = (a: number | null, b: number | null) => a !== null && b !== null && a > b;
  const ofTicket = above(perTicket, perCustomer) ? "above_customer" : "above_units";
  const isAbove = above(perTicket, perCustomer) || above(perTicket, numberOf(draft.units));
  return {
    variant: draft.variantId === "" ? "missing" : undefined,
    units: inRange("units", draft) ?? (stock !== null && units > stock ? "above_stock" : undefined),
    unitsPerTicket: inRange("unitsPerTicket", draft) ?? (isAbove ? ofTicket : undefined),
    unitsPerCustomer: inRange("unitsPerCustomer", draft),
    ordersPerSecond: inRange("ordersPerSecond", draft),
  };
}

function siteFaults(draft: WizardDraft): Faults {
  return {
    siteUrl: isAddress(draft.siteUrl) ? undefined : "address",
    origins: originsOf(draft).every(isOrigin) ? undefined : "address",
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

/** Whether this is where a site may begin: no query, no fragment, and nobody's name or password. */
export function isAddress(text: string): boolean {
  if (!URL.canParse(text.trim())) return false;
  const { protocol, hostname, search, hash, username, password } = new URL(text.trim());
  const isPlain = search === "" && hash === "" && username === "" && password === "";
  return (protocol === "https:" || protocol === "http:") && hostname !== "" && isPlain;
}

export const isOrigin = (text: string) =>
  isAddress(text) && ["", "/"].includes(text.trim().slice(new URL(text.trim()).origin.length));
