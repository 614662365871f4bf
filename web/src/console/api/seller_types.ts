// What the seller console reads and sends.
import type { Drop, OrderState } from "./types.ts";

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
  created_at: string;
  variants: Variant[];
}

export interface ProductInput {
  name: string;
  description: string;
  variants: { name: string; price_minor: number; currency: string; stock: number }[];
}

export interface DropInput {
  product_id: string;
  variants: { variant_id: string; units: number }[];
  title: string;
  description: string;
  opens_at?: string;
  closes_at?: string;
  max_units_per_ticket: number;
  max_units_per_customer: number;
  hold_seconds: number;
  members_only: boolean;
  admission_rate_per_second: number;
  occupancy_cap: number;
  order_rate_per_second: number;
}

export interface SiteInput {
  title: string;
  site_url: string;
  return_origins: string[];
  visitors_per_minute: number;
  max_inside: number;
  pass_seconds: number;
  opens_at?: string;
  closes_at?: string;
  members_only: boolean;
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
