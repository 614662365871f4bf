// What the panels of the shop show here: made up, and the same each time but for the clock.
import { serverNow } from "../../common/clock.ts";
import type { Drop, Order, OrderState, WaitingFrame } from "../../shop/api/types.ts";

/** Returns a moment so many milliseconds from now. */
export const later = (ms: number) => new Date(serverNow() + ms).toISOString();

export const newDrop = (part: Partial<Drop>): Drop => ({
  id: "0199c0de-0000-7000-8000-000000000031",
  title: "Celadon tea cup, first firing",
  description: "From one firing, each a little different.",
  state: "open",
  mode: "running",
  opens_at: later(-60_000),
  closes_at: later(3_600_000),
  server_time: later(0),
  fulfilment: "auto",
  max_units_per_ticket: 2,
  hold_seconds: 300,
  variants: [
    { id: "v", name: "Celadon", price_minor: 48_000, currency: "KRW", units_left: 40, units_held: 9 },
    { id: "w", name: "Moon white", price_minor: 52_000, currency: "KRW", units_left: 0, units_held: 3 },
    { id: "x", name: "Ash", price_minor: 45_000, currency: "KRW", units_left: 0, units_held: 0 },
  ],
  product: { id: "p", name: "Tea cup" },
  seller: { id: "s", name: "Moon kiln" },
  units_total: 100,
  units_left: 40,
  units_held: 12,
  odds_percent: 60,
  lanes: [
    { lane: 0, name: null, share_percent: 80 },
    { lane: 1, name: "Early access", share_percent: 20 },
  ],
  ...part,
});

export const FRAME: WaitingFrame = {
  type: "waiting",
  epoch: 1,
  evn: 1,
  position: 120,
  waiting: 900,
  units_left: 40,
  units_held: 12,
  eta_p50_s: 180,
  eta_p90_s: 300,
  odds_percent: 64,
};

export const newOrder = (state: OrderState, part: Partial<Order> = {}): Order => ({
  id: "0199c0de-0000-7000-8000-0000000000e1",
  ticket_id: "0199c0de-0000-7000-8000-0000000000e1",
  drop_id: "0199c0de-0000-7000-8000-000000000031",
  drop_title: "Celadon tea cup, first firing",
  drop_state: "open",
  state,
  variant_name: "Celadon",
  units: 1,
  amount_minor: 48_000,
  currency: "KRW",
  hold_expires_at: state === "reserved" ? later(240_000) : null,
  created_at: later(-120_000),
  updated_at: later(-30_000),
  server_time: later(0),
  timeline: [{ state: "reserved", at: later(-120_000) }],
  ...part,
});
