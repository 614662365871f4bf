// What the parts of the consoles show here: made up, and the same each time but for the clock.
import { serverNow } from "../../common/clock.ts";
import type { OperatorDrop } from "../../console/api/operator_types.ts";
import type { FailureAnswer, History, Numbers } from "../../console/api/types.ts";
import { held, type Samples, samplesOf } from "../../console/charts/samples.ts";
import { rfc3339 } from "../../console/time/zones.ts";

const HEALTH = { drain_alive: true, orders_alive: true, line_answers: true, breaker: 0 };

const room = (id: string, part: Partial<OperatorDrop>) =>
  ({
    id,
    title: `Celadon, firing ${id}`,
    seller: { id: "s", name: "Moon kiln" },
    state: "open",
    mode: "running",
    fulfilment: "auto",
    opens_at: "2027-03-05T18:00:00Z",
    waiting: 1_234,
    admitted_per_second: 4.2,
    admission_rate_per_second: 5,
    units_left: 40,
    units_total: 500,
    sold_per_second: 3.1,
    held_up_by: null,
    health: HEALTH,
    ...part,
  }) as OperatorDrop;

/** One of each kind. */
export const ROOMS: OperatorDrop[] = [
  room("1", {}),
  room("2", { held_up_by: "stock", health: { ...HEALTH, breaker: 1 } }),
  room("3", {
    mode: "hold",
    health: { drain_alive: false, orders_alive: false, line_answers: false, breaker: 2 },
  }),
  room("4", { waiting: 0, fulfilment: "pass", health: { ...HEALTH, breaker: null } }),
  room("5", { state: "scheduled", waiting: null, health: null }),
  room("6", { state: "sold_out", waiting: null, health: null }),
];

export const NUMBERS: Numbers = {
  drop_id: "1",
  state: "open",
  mode: "running",
  units: { total: 500, available: 40, reserved: 100, sold: 360 },
  revenue_minor: 4_536_000,
  currency: "EUR",
  orders: { reserved: 100, confirmed: 360, expired: 20, rejected: 4, payment_failed: 3 },
  no_shows: { orders: 12, of: 387, share: 0.031, bound_percent: 5 },
  waits: { people: 487, p50_ms: 61_000, p90_ms: 200_000 },
  line: { joined: 1_800, waiting: 1_234, missed: 3, in_flight: 2, occupied: 102, left: 76, closed: 0 },
  server_time: "2027-03-05T18:05:00Z",
};

export const failureOf =
  (policy: FailureAnswer["policy"]) =>
  async (id: string): Promise<FailureAnswer> => ({
    drop_id: id,
    policy,
    per_minute: policy === "open" ? 60 : null,
    let_through: policy === "open" ? 41 : 0,
  });

const SECONDS = 300;
const each = (value: (n: number) => number) =>
  Array.from({ length: SECONDS }, (_, n) => Math.round(value(n)));

/** Five minutes that end now. */
export function minutes(): Samples {
  const nowMs = serverNow();
  const history: Partial<History> & Pick<History, "at" | "step_s"> = {
    step_s: 1,
    at: each((n) => nowMs - (SECONDS - n) * 1_000).map(rfc3339),
    waiting: each((n) => 1_500 - 2 * n + 60 * Math.sin(n / 20)),
    joined: each((n) => 900 + 3 * n),
    admitted: each((n) => 5 * n),
    left: each((n) => n / 4),
    closed: each(() => 0),
    lost: each((n) => n / 11),
    wait_p50_ms: each((n) => 40_000 + 90 * n),
    wait_p90_ms: each((n) => 120_000 + 300 * n),
    placed: each((n) => 5 * n),
    confirmed: each((n) => 4 * n),
    held: each((n) => Math.min(100, n)),
    sold: each((n) => 1.2 * n),
    available: each((n) => 400 - 1.2 * n),
    revenue_minor: each((n) => 15_120 * n),
    admission_rate_per_second: each((n) => (n < 150 ? 4 : 5)),
    held_up_by: Array.from({ length: SECONDS }, (_, n) => (n > 280 ? "stock" : null)),
  };
  return held(samplesOf(history), 1);
}
