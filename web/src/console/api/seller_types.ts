// What the seller console reads and sends.
import type { Drop, OrderState, Picture } from "./types.ts";

export interface Variant {
  id: string;
  name: string;
  price_minor: number;
  currency: string;
  /** Units that no drop has taken. */
  stock: number;
}

export interface Product {
  id: string;
  name: string;
  description: string;
  picture: Picture | null;
  created_at: string;
  variants: Variant[];
}

export interface ProductInput {
  name: string;
  description: string;
  variants: { name: string; price_minor: number; currency: string; stock: number }[];
}

/** A lane beside the normal one. */
export interface LaneInput {
  lane: number;
  name: string;
  share_percent: number;
}

export interface DropInput {
  product_id: string;
  variants: { variant_id: string; units: number }[];
  fulfilment: "auto" | "checkout";
  title: string;
  description: string;
  opens_at?: string;
  closes_at?: string;
  max_units_per_ticket: number;
  max_units_per_customer: number;
  hold_seconds: number;
  cooldown_seconds: number;
  members_only: boolean;
  invite_only: boolean;
  lanes: LaneInput[];
  presence: boolean;
  admission_rate_per_second: number;
  occupancy_cap: number;
  order_rate_per_second: number;
  no_show_percent: number;
}

export interface SiteInput {
  title: string;
  site_url: string;
  return_origins: string[];
  visitors_per_minute: number;
  max_inside: number;
  /** Null for no end of visits. */
  max_visits: number | null;
  pass_seconds: number;
  opens_at?: string;
  closes_at?: string;
  members_only: boolean;
  presence: boolean;
}

/** A sale, or a line before a site, and the crowd that is expected. */
export interface WhatIfInput {
  people: number;
  at_opening_percent: number;
  over_seconds: number;
  /** Null where there is no end of visits to a site. */
  units: number | null;
  units_per_ticket: number;
  admission_rate_per_second: number;
  occupancy_cap: number;
  order_rate_per_second: number;
  hold_seconds: number;
  pay_percent: number;
  pay_after_seconds: number;
}

/** How it would go: columns have a value for each moment, the opening first. */
export interface WhatIf {
  step_s: number;
  joined: number[];
  waiting: number[];
  admitted: number[];
  held: number[];
  sold: number[];
  available: (number | null)[];
  /** Whether it came to its end in the time that was looked at. */
  is_over: boolean;
  looked_seconds: number;
  sold_out_after_seconds: number | null;
  not_let_in: number;
  wait_p50_seconds: number | null;
  wait_p90_seconds: number | null;
  held_up_by: "rate" | "occupancy" | "commands_wait" | "stock" | null;
}

/** A drop that stands before a site, with what its proxy has to know. */
export interface Site extends Drop {
  gate: { base_url: string; check_url: string; waiting_url: string };
}

export interface SellerOrder {
  id: string;
  shopper_id: string;
  variant_id: string;
  state: OrderState;
  reason?: string;
  units: number;
  amount_minor: number;
  currency: string;
  hold_expires_at?: string;
  created_at: string;
  updated_at: string;
}

/** The codes of one call, without the codes themselves. */
export interface CodeLabel {
  label: string;
  lane: number;
  /** How many shoppers may use each. */
  max_uses: number;
  /** Revoked ones included. */
  count: number;
  revoked: number;
  uses: number;
  created_at: string;
}

export interface CodesInput {
  lane: number;
  count: number;
  max_uses: number;
  label: string;
}

/** Codes that were just made: they are shown this once. */
export interface NewCodes {
  label: string;
  codes: string[];
}

/** A key with which a seller's own site signs who its members are. */
export interface JoinKey {
  /** What a token gives as `kid`. */
  id: string;
  name: string;
  public_key: string;
  created_at: string;
  revoked_at: string | null;
}

export interface JoinKeyInput {
  name: string;
  public_key: string;
}
