// What the API is sent for a draft without faults.
import type { DropInput, SiteInput } from "../../api/seller_types.ts";
import { numberOf } from "../../parts/numbers.ts";
import { momentOf, rfc3339 } from "../../time/zones.ts";
import { lanesBody } from "../lanes/draft.ts";
import { originsOf, soldIn, type WizardDraft } from "./draft.ts";

const figure = (typed: string) => numberOf(typed) ?? 0;
/** Returns the whole seconds of typed minutes. */
export const secondsOf = (minutes: string) => Math.round(figure(minutes) * 60);

interface Times {
  opens_at?: string;
  closes_at?: string;
}

/** A sale that opens now says so; a site opens now if nothing is said. */
function timesOf(draft: WizardDraft, nowMs: number): Times {
  if (draft.opening === "later") return {};
  const times: Times = {};
  const opensAt = draft.opening === "now" ? nowMs : momentOf(draft.opens);
  const isSaid = draft.opening === "at" || draft.kind !== "pass";
  if (isSaid && opensAt !== null) times.opens_at = rfc3339(opensAt);
  const closesAt = draft.hasEnd ? momentOf(draft.closes) : null;
  if (closesAt !== null) times.closes_at = rfc3339(closesAt);
  return times;
}

export const dropBody = (draft: WizardDraft, nowMs: number): DropInput => ({
  product_id: draft.productId,
  variants: soldIn(draft).map(([id, typed]) => ({ variant_id: id, units: figure(typed) })),
  fulfilment: draft.kind === "checkout" ? "checkout" : "auto",
  title: draft.title.trim(),
  description: draft.description,
  ...timesOf(draft, nowMs),
  max_units_per_ticket: figure(draft.unitsPerTicket),
  max_units_per_customer: figure(draft.unitsPerCustomer),
  hold_seconds: secondsOf(draft.minutes),
  cooldown_seconds: secondsOf(draft.cooldown),
  members_only: draft.who === "members",
  invite_only: draft.who === "invited",
  lanes: lanesBody(draft.lanes),
  presence: draft.presence,
  admission_rate_per_second: figure(draft.pace),
  occupancy_cap: figure(draft.atOnce),
  order_rate_per_second: figure(draft.ordersPerSecond),
  no_show_percent: figure(draft.noShows),
});

export const siteBody = (draft: WizardDraft, nowMs: number): SiteInput => ({
  title: draft.title.trim(),
  site_url: draft.siteUrl.trim(),
  return_origins: originsOf(draft),
  visitors_per_minute: figure(draft.pace),
  max_inside: figure(draft.atOnce),
  max_visits: numberOf(draft.visits),
  pass_seconds: secondsOf(draft.minutes),
  ...timesOf(draft, nowMs),
  members_only: draft.who === "members",
  presence: draft.presence,
});
