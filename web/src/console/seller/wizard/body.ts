// What the API is sent for a draft without faults.
import type { DropInput, SiteInput } from "../../api/seller_types.ts";
import { numberOf } from "../../parts/numbers.ts";
import { momentOf, rfc3339 } from "../../time/zones.ts";
import { originsOf, type WizardDraft } from "./draft.ts";

const figure = (typed: string) => numberOf(typed) ?? 0;
const secondsOf = ({ minutes }: WizardDraft) => Math.round(figure(minutes) * 60);

interface Times {
  opens_at?: string;
  closes_at?: string;
}

/** A sale that opens now says so; a site opens now if nothing is said. */
function timesOf(draft: WizardDraft, nowMs: number): Times {
  if (draft.opening === "later") return {};
  const times: Times = {};
  const opensAt = draft.opening === "now" ? nowMs : momentOf(draft.opens);
  const isSaid = draft.opening === "at" || draft.kind === "auto";
  if (isSaid && opensAt !== null) times.opens_at = rfc3339(opensAt);
  const closesAt = draft.hasEnd ? momentOf(draft.closes) : null;
  if (closesAt !== null) times.closes_at = rfc3339(closesAt);
  return times;
}

export const dropBody = (draft: WizardDraft, nowMs: number): DropInput => ({
  product_id: draft.productId,
  variants: [{ variant_id: draft.variantId, units: figure(draft.units) }],
  title: draft.title.trim(),
  description: draft.description,
  ...timesOf(draft, nowMs),
  max_units_per_ticket: figure(draft.unitsPerTicket),
  max_units_per_customer: figure(draft.unitsPerCustomer),
  hold_seconds: secondsOf(draft),
  members_only: draft.membersOnly,
  admission_rate_per_second: figure(draft.pace),
  occupancy_cap: figure(draft.atOnce),
  order_rate_per_second: figure(draft.ordersPerSecond),
});

export const siteBody = (draft: WizardDraft, nowMs: number): SiteInput => ({
  title: draft.title.trim(),
  site_url: draft.siteUrl.trim(),
  return_origins: originsOf(draft),
  visitors_per_minute: figure(draft.pace),
  max_inside: figure(draft.atOnce),
  pass_seconds: secondsOf(draft),
  ...timesOf(draft, nowMs),
  members_only: draft.membersOnly,
});
