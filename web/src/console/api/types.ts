// What both consoles read of the public API: only the fields that they use.
import type { Words } from "../../common/language.ts";

export type ConsoleRole = "operator" | "seller";

/** What one of the installation's own people may do; each may do all that the ones before may. */
export const LEVELS = ["viewer", "operator", "admin"] as const;
export type Level = (typeof LEVELS)[number];

export interface Session {
  role: ConsoleRole;
  /** Null for sellers. */
  level: Level | null;
  seller_id: string | null;
  name: string;
  expires_at: string;
}

/** A link that signs somebody in, once. */
export interface ConsoleLink {
  url: string;
  expires_at: string;
}

export interface Page<Row> {
  data: Row[];
  has_more: boolean;
  next_cursor?: string | null;
}

export const DROP_STATES = ["draft", "scheduled", "open", "sold_out", "closed", "cancelled"] as const;
export type DropState = (typeof DROP_STATES)[number];

export const MODES = ["running", "paused", "hold", "drain", "maintenance", "stopped"] as const;
export type Mode = (typeof MODES)[number];

/** A picture, as JPEG in several widths: the address of each by its width. */
export interface Picture {
  urls: Record<string, string>;
  width: number;
  height: number;
}

/** A lane of a line, with its share of those who are let in; 0 is the normal one, which has no name. */
export interface Lane {
  lane: number;
  name: string | null;
  share_percent: number;
}

/** What a drop sells, and how much of it; a site's has no units. */
export interface DropVariant {
  id: string;
  name: string;
  price_minor: number;
  currency: string;
  units_total?: number;
  units_left?: number;
  units_held?: number;
}

/** A drop as its seller sees it. */
export interface Drop {
  id: string;
  title: string;
  description: string;
  /** Its own, or else that of its product. */
  picture: Picture | null;
  state: DropState;
  mode: Mode;
  /** When maintenance is said to end. */
  mode_until?: string | null;
  /** With `pass` it lets into a site, and sells nothing. */
  fulfilment: "auto" | "checkout" | "pass";
  /** People are counted in by hand. */
  manual: boolean;
  site_name?: string;
  site_url?: string;
  /** Visits that a site gives in all; null for no end of them. */
  max_visits?: number | null;
  opens_at: string | null;
  closes_at: string | null;
  server_time: string;
  max_units_per_ticket: number;
  max_units_per_customer: number;
  hold_seconds: number;
  cooldown_seconds: number;
  members_only: boolean;
  invite_only: boolean;
  /** Left out where the normal one is the only one. */
  lanes?: Lane[];
  /** Whether those who are away at their turn are passed over. */
  presence: boolean;
  /** What it sells, all in one currency. */
  variants: DropVariant[];
  product: { id: string; name: string };
  seller: { id: string; name: string };
  units_total: number;
  units_left: number;
  units_held: number;
  message?: Words;
  end_reason?: string;
  admission_rate_per_second: number;
  occupancy_cap: number;
  order_rate_per_second: number;
  created_at: string;
  ended_at: string | null;
}

export const FAILURE_POLICIES = ["closed", "hold", "open"] as const;
export type FailurePolicy = (typeof FAILURE_POLICIES)[number];

/** What the gate of a site is to do while its line gives no answer. */
export interface FailureChoice {
  policy: FailurePolicy;
  /** People who come in per minute without a line: with `open` alone. */
  per_minute: number | null;
}

export interface FailureAnswer extends FailureChoice {
  drop_id: string;
  /** How many have ever come in without a line. */
  let_through: number;
}

/** How a drop is doing now. */
export interface Numbers {
  drop_id: string;
  state: DropState;
  mode: Mode;
  units: { total: number; available: number; reserved: number; sold: number };
  revenue_minor: number;
  currency: string;
  /** How many orders are in each state that has any. */
  orders: Record<string, number>;
  /** Those who were let in and never began to pay, of all that are over. */
  no_shows: { orders: number; of: number; share: number; bound_percent: number };
  /** How long those waited who were let in last; null if nobody was. */
  waits: { people: number; p50_ms: number; p90_ms: number } | null;
  /** Null while the line is not there, or cannot be asked. */
  line: LineNumbers | null;
  server_time: string;
}

export interface LineNumbers {
  joined: number;
  waiting: number;
  /** Away when it was their turn; they may still come back. */
  missed: number;
  in_flight: number;
  /** Let in, and not finished. */
  occupied: number;
  left: number;
  closed: number;
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

/** What the services write of a drop as it runs; one column for each, as long as `at`. */
export const HISTORY_COLUMNS = [
  "waiting",
  "joined",
  "admitted",
  "left",
  "closed",
  "wait_p50_ms",
  "wait_p90_ms",
  "placed",
  "confirmed",
  "lost",
  "held",
  "sold",
  "available",
  "revenue_minor",
  "admission_rate_per_second",
  "command_lag_ms",
  "commit_ms",
  "provider_errors",
  "breaker",
] as const;
export type HistoryColumn = (typeof HISTORY_COLUMNS)[number];

/**
 * Of `joined`, `admitted`, `left`, `closed`, `placed`, `confirmed` and `lost` it has all that there ever were by
 * then, and of waits those of the people who were let in last.
 */
export type History = {
  /** Seconds that a point stands for. */
  step_s: number;
  /** When each point begins. */
  at: string[];
  held_up_by: (string | null)[];
} & Record<HistoryColumn, (number | null)[]>;

/** A part of a drop's history: its ends, and the seconds between two points. */
export interface Span {
  from: string;
  to: string;
  step: number;
}
