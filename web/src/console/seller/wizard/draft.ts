// A drop as the wizard holds it, until it is made.
import type { WallTime } from "../../time/zones.ts";
import type { LaneDraft } from "../lanes/draft.ts";

/** People say how many they want on joining (`auto`) or at their turn (`checkout`); `pass`: a site is entered. */
export type Kind = "auto" | "checkout" | "pass";

/** Both kinds of a sale have the same settings. */
export const sortOf = ({ kind }: WizardDraft) => (kind === "pass" ? "site" : "sale");

/** Who may join: `members` of the seller's own site, or who is `invited` by a code. */
export const WHO = ["everybody", "members", "invited"] as const;
export type Who = (typeof WHO)[number];

/** `later`: no times yet; `now`: as soon as it is made; `at`: at a time. */
export type Opening = "later" | "now" | "at";

export interface WizardDraft {
  kind: Kind;
  productId: string;
  title: string;
  description: string;
  /** Units of each variant, as they are typed; what is empty is not sold. */
  units: Record<string, string>;
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
  /** Visits of a site in all; empty for no end of them. */
  visits: string;
  ordersPerSecond: string;
  /** Percent by which more may be let in, in place of those who never begin to pay. */
  noShows: string;
  /** Minutes that units are held, or that a visit may last. */
  minutes: string;
  who: Who;
  /** The lanes beside the normal one. */
  lanes: readonly LaneDraft[];
  /** Minutes for which nobody may join again whose hold ran out. */
  cooldown: string;
  /** Whether those who are away at their turn are passed over. */
  presence: boolean;
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
    title: "",
    description: "",
    units: {},
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
    visits: "",
    ordersPerSecond: "200",
    noShows: "0",
    minutes: "5",
    who: "everybody",
    lanes: [],
    cooldown: "0",
    presence: true,
  };
}

type Named = { id: string; name: string };

/** Returns the draft for another kind, with the values that are usual for that. */
export function ofKind(draft: WizardDraft, kind: Kind): WizardDraft {
  if (kind !== "pass" && draft.kind !== "pass") return { ...draft, kind };
  if (kind !== "pass") return { ...draft, kind, pace: "50", atOnce: "1000", minutes: "5" };
  return {
    ...draft,
    kind,
    opening: draft.opening === "later" ? "now" : draft.opening,
    who: draft.who === "invited" ? "everybody" : draft.who,
    pace: "120",
    atOnce: "500",
    minutes: "20",
  };
}

/**
 * Returns the draft for another product, with its name as the title unless somebody has typed another. Units are
 * those of its variants.
 */
export function withProduct(
  draft: WizardDraft,
  product: Named | undefined,
  known: readonly Named[],
): WizardDraft {
  const before = known.find(({ id }) => id === draft.productId)?.name ?? "";
  const isTyped = draft.title.trim() !== "" && draft.title !== before;
  const title = isTyped ? draft.title : (product?.name ?? "");
  return { ...draft, productId: product?.id ?? "", units: {}, title };
}

/** Returns the variants that are sold, with their units as they are typed. */
export const soldIn = ({ units }: WizardDraft) =>
  Object.entries(units).filter(([, typed]) => typed.trim() !== "");

export const originsOf = (draft: WizardDraft) =>
  draft.origins
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
