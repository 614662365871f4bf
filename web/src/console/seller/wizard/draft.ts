// A drop as the wizard holds it, until it is made.
import type { WallTime } from "../../time/zones.ts";

/** `auto`: it sells units; `pass`: it lets people into a site. */
export type Kind = "auto" | "pass";

/** `later`: no times yet; `now`: as soon as it is made; `at`: at a time. */
export type Opening = "later" | "now" | "at";

export interface WizardDraft {
  kind: Kind;
  productId: string;
  variantId: string;
  title: string;
  description: string;
  units: string;
  unitsPerTicket: string;
  unitsPerCustomer: string;
  siteUrl: string;
  /** Further origins of the site, one a line. */
  origins: string;
  opening: Opening;
  opens: WallTime;
  hasEnd: boolean;
  closes: WallTime;
  /** People let in: per second of a sale, per minute into a site. */
  pace: string;
  /** People let in who have not finished, or who are inside, at most. */
  atOnce: string;
  ordersPerSecond: string;
  /** Minutes that units are held, or that a visit may last. */
  minutes: string;
  membersOnly: boolean;
}

const HOUR_MS = 3_600_000;

/** Returns a draft with the usual values; `wallOf` says what clocks in the zone show. */
export function newDraft(
  nowMs: number,
  zone: string,
  wallOf: (ms: number, zone: string) => string,
): WizardDraft {
  const nextHour = Math.ceil(nowMs / HOUR_MS) * HOUR_MS;
  const at = (ms: number): WallTime => ({ local: wallOf(ms, zone), zone, isLater: false });
  return {
    kind: "auto",
    productId: "",
    variantId: "",
    title: "",
    description: "",
    units: "",
    unitsPerTicket: "1",
    unitsPerCustomer: "1",
    siteUrl: "",
    origins: "",
    opening: "at",
    opens: at(nextHour + 24 * HOUR_MS),
    hasEnd: false,
    closes: at(nextHour + 26 * HOUR_MS),
    pace: "50",
    atOnce: "1000",
    ordersPerSecond: "200",
    minutes: "5",
    membersOnly: false,
  };
}

/** Returns the draft for another kind, with the values that are usual for that. */
export const ofKind = (draft: WizardDraft, kind: Kind): WizardDraft =>
  kind === "pass"
    ? {
        ...draft,
        kind,
        opening: draft.opening === "later" ? "now" : draft.opening,
        pace: "120",
        atOnce: "500",
        minutes: "20",
      }
    : { ...draft, kind, pace: "50", atOnce: "1000", minutes: "5" };

export const originsOf = (draft: WizardDraft) =>
  draft.origins
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
