// What the operator console reads and sends.
import type { Words } from "../../common/language.ts";
import type { Drop, DropState, Mode } from "./types.ts";

/** How fast a drop goes. */
export interface Limits {
  admission_rate_per_second: number;
  occupancy_cap: number;
  order_rate_per_second: number;
  /** Null for as many as the setting for all drops allows. */
  line_cap: number | null;
  /** By how many percent the occupancy may exceed its cap in place of those who never begin to pay. */
  no_show_percent: number;
}

/** Limits to change; what is left out stays. */
export type LimitsChange = Partial<Limits>;

/** A drop in the list of rooms; what is null was not looked at in the last two minutes. */
export interface OperatorDrop extends Drop {
  limits_version: number;
  seen_at: string | null;
  waiting: number | null;
  admitted_per_second: number | null;
  sold_per_second: number | null;
  /** Why nobody else is let in, though somebody waits. */
  held_up_by: string | null;
  /** Whether all that it needs is there; null unless it is open. */
  health: RoomHealth | null;
}

export interface RoomHealth {
  /** Whether a worker lets people in, and one places their orders. */
  drain_alive: boolean;
  orders_alive: boolean;
  line_answers: boolean;
  /** Whether the payment provider is called: 0 yes, 1 tried, 2 no; null if nobody looked, or nothing is sold. */
  breaker: number | null;
}

export interface LimitsAnswer extends Limits {
  drop_id: string;
  state: DropState;
  mode: Mode;
  mode_until: string | null;
  message: Words | null;
  limits_version: number;
}

/** A change of limits that is to come or under way. */
export interface LimitsPlan {
  begins_at: string;
  /** 0 for a change at once. */
  over_seconds: number;
  has_begun: boolean;
  before: Limits;
  after: Limits;
  made_by: string;
  why: string;
  made_at: string;
}

/** What other limits would do to the waits. */
export interface LimitsPreview {
  waiting: number;
  occupied: number;
  ended_last_minute: number;
  positions: {
    share_percent: number;
    position: number;
    before_seconds: number | null;
    after_seconds: number | null;
  }[];
}

/** An entry of the audit log. */
export interface AuditEntry {
  id: number;
  at: string;
  actor: string;
  action: string;
  drop_id: string | null;
  seller_id: string | null;
  old: unknown;
  new: unknown;
  why: string;
}

export interface Health {
  status: "ok" | "degraded";
  redis: boolean;
  open_drops: number;
  outbox_waiting: number;
  journal_in_default: number;
  dead_letters: number;
  payments_unknown: number;
  payments_to_review: number;
  workers: WorkerHealth[];
  server_time: string;
}

export interface WorkerHealth {
  instance: string;
  role: string;
  age_ms: number;
  alive: boolean;
}

/** A process of a worker that was heard from in the last hour. */
export interface Instance {
  instance: string;
  started_at: string | null;
  alive: boolean;
  roles: RunningRole[];
}

export interface RunningRole {
  role: string;
  age_ms: number;
  alive: boolean;
  /** Pieces of work that it has in hand. */
  n_pieces: number;
  /** The drops that they are about. */
  drops: string[];
}

/** How the processes that keep lines have done; columns are as long as `at`. */
export interface AdmissionHistory {
  step_s: number;
  at: string[];
  instances: AdmissionColumns[];
}

/** One of these processes; null where it was not there, or did not tell. */
export interface AdmissionColumns {
  instance: string;
  started_at: string | null;
  sockets: (number | null)[];
  waiting: (number | null)[];
  memory_bytes: (number | null)[];
}

/** A record that could not be processed. */
export interface DeadLetter {
  id: string;
  topic: string;
  partition: number;
  offset: number;
  drop_id: string | null;
  order_id: string | null;
  reason: string;
  detail: string;
  n_bytes: number;
  created_at: string;
}

/** A payment that only a person can decide. */
export interface ReviewCase {
  payment_id: string;
  order_id: string;
  drop_id: string;
  seller_id: string;
  kind: string;
  amount_minor: number;
  currency: string;
  provider_id: string | null;
  code: string | null;
  order_state: string;
  created_at: string;
  updated_at: string;
}

export type Verdict = "paid" | "failed";

export const KEY_ROLES = ["seller", "viewer", "operator", "admin"] as const;
export type KeyRole = (typeof KEY_ROLES)[number];

export interface ApiKey {
  id: string;
  role: KeyRole;
  name: string;
  seller_id: string | null;
  created_at: string;
  revoked_at: string | null;
}

/** A key that was just made: the key itself is shown this once. */
export interface NewApiKey {
  id: string;
  name: string;
  key: string;
}
