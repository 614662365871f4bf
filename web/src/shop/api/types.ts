// What the public APIs answer: only the fields that the pages read.
import type { Words } from "../../common/language.ts";

export type DropState = "draft" | "scheduled" | "open" | "sold_out" | "closed" | "cancelled";
export const MODES = ["running", "paused", "hold", "drain", "maintenance", "stopped"] as const;
export type Mode = (typeof MODES)[number];

/** A lane of a line; the normal one is 0 and has no name. */
export interface Lane {
  lane: number;
  name: string | null;
  share_percent: number;
}

/** A picture in several widths. */
export interface Picture {
  /** Where each is, by its width in pixels. */
  urls: Record<string, string>;
  /** Of the widest. */
  width: number;
  height: number;
}

/** What a drop sells. Of a site no units are told. */
export interface Variant {
  id: string;
  name: string;
  price_minor: number;
  currency: string;
  units_left?: number;
  units_held?: number;
}

export interface Drop {
  id: string;
  title: string;
  description?: string | null;
  picture?: Picture | null;
  state: DropState;
  mode?: Mode;
  /** When maintenance is said to end. */
  mode_until?: string | null;
  opens_at?: string | null;
  closes_at?: string | null;
  server_time: string;
  /**
   * What a turn leads to: an order; with `checkout` one whose units are chosen then; with `pass` a visit to
   * another site.
   */
  fulfilment?: "auto" | "checkout" | "pass";
  /** The host of the site that a pass lets into. */
  site_name?: string | null;
  max_units_per_ticket: number;
  max_units_per_customer?: number;
  hold_seconds: number;
  variants: Variant[];
  product: { id: string; name: string };
  seller: { id: string; name: string };
  /** Of all variants, as the others. */
  units_total: number;
  units_left: number;
  /** Held for those who were let in; they may come back. */
  units_held?: number;
  /** How likely a unit is for whoever joins now; left out of lists, and null where that is not known. */
  odds_percent?: number | null;
  message?: Words | null;
  end_reason?: string | null;
  /** Whether only those may join who have a code. */
  invite_only?: boolean;
  /** Left out where there is only the normal one. */
  lanes?: Lane[];
}

export interface Page<Item> {
  data: Item[];
  has_more: boolean;
  next_cursor?: string | null;
}

export const TICKET_STATES = ["waiting", "admitting", "held", "finished", "closed", "left"] as const;
export type TicketState = (typeof TICKET_STATES)[number];

export type Rise = "rebuild" | "operator" | "mode" | "returned";

export const ETA_REASONS = ["rate_lowered", "slower", "paused", "rebuild", "returned"] as const;
export type EtaReason = (typeof ETA_REASONS)[number];

/** What somebody who waits may expect. */
export interface Prospects {
  /** Seconds by which half of such waits are over, and nine in ten; null while no time can be told. */
  eta_p50_s?: number | null;
  eta_p90_s?: number | null;
  /** Why it takes more than a fifth longer than was told before, if it does. */
  eta_reason?: EtaReason | null;
  /** How likely it is that the wanted units are left at the turn; null where no units are waited for. */
  odds_percent?: number | null;
  /** Whether every unit that is not sold is held by others. */
  standby?: boolean;
}

export interface Ticket extends Prospects {
  ticket_id: string;
  state: TicketState;
  variant_id?: string;
  epoch: number;
  evn: number;
  queue_number?: number;
  lane?: number;
  position?: number | null;
  waiting?: number | null;
  units_left?: number | null;
  units_held?: number | null;
  /** Why the position is higher than the one that was asked with, if it is. */
  rise?: Rise | null;
  reason?: string | null;
  refresh_after_ms?: number;
  mode?: Mode;
  mode_until?: string | null;
  message?: Words | null;
}

export interface MyTicket {
  ticket_id: string;
  drop_id: string;
  state: string;
}

export interface MyTickets {
  data: MyTicket[];
  /** Drops whose line is being restored. */
  not_ready: string[];
}

export const ORDER_STATES = [
  "reserved",
  "authorizing",
  "authorized",
  "capturing",
  "confirmed",
  "rejected",
  "dead",
  "expired",
  "payment_failed",
  "cancelled",
  "passed",
  "redeemed",
  "visited",
  "revoked",
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export interface Order {
  id: string;
  ticket_id: string;
  drop_id: string;
  drop_title: string;
  drop_state?: DropState;
  drop_message?: Words | null;
  drop_end_reason?: string | null;
  state: OrderState;
  reason?: string | null;
  variant_name?: string | null;
  units: number;
  /** Whether the shopper may take fewer of them. */
  may_choose_units?: boolean;
  /** Whether they are all that was left, and fewer than one may take otherwise. */
  are_last_units?: boolean;
  amount_minor: number;
  currency: string;
  hold_expires_at?: string | null;
  /** Of money that goes back. */
  refund?: "pending" | "done" | null;
  created_at: string;
  updated_at: string;
  server_time: string;
  timeline?: { state: string; at: string; reason?: string | null }[];
}

/** What lets a shopper into a site. */
export interface Pass {
  /** Where to go with it, within a minute. */
  return_url: string;
}

/** What the stream says of somebody in line. */
export interface WaitingFrame extends Prospects {
  type: "waiting";
  epoch: number;
  evn: number;
  position: number;
  waiting: number;
  units_left?: number | null;
  units_held?: number | null;
  mode?: Mode;
  mode_until?: string | null;
  message?: Words | null;
  rise?: Rise | null;
}

/** A frame, as the stream sends it. */
export type Frame =
  | WaitingFrame
  /** Absent when it was this shopper's turn; the old place comes next. */
  | { type: "missed" }
  | { type: "admitting" }
  | { type: "held" }
  | { type: "order"; state: OrderState }
  | { type: "closed"; reason: string }
  | { type: "left" }
  | { type: "rebuilding"; retry_after_ms?: number };

/** What another device needs to go on with a place in line. */
export interface Handoff {
  code: string;
  /** The page on which the code is typed, with the code in it. */
  url: string;
  expires_at: string;
}

export interface ClientConfig {
  admission_url: string;
  languages?: string[];
}
