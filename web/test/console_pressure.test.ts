import assert from "node:assert/strict";
import { test } from "node:test";
import type { Numbers } from "../src/console/api/types.ts";
import { type Lately, pressuresOn, type Room } from "../src/console/operator/room/pressure.ts";

const LINE = { joined: 900, waiting: 500, missed: 0, in_flight: 5, occupied: 100, left: 10, closed: 0 };
const NUMBERS: Numbers = {
  drop_id: "d",
  state: "open",
  mode: "running",
  units: { total: 500, available: 300, reserved: 100, sold: 100 },
  revenue_minor: 0,
  currency: "EUR",
  orders: {},
  no_shows: { orders: 0, of: 0, share: 0, bound_percent: 0 },
  waits: null,
  line: LINE,
  server_time: "2027-03-05T12:00:00Z",
};
const LATELY: Lately = {
  admittedPerSecond: 10,
  commandLagMs: 100,
  commitMs: 20,
  providerErrors: 0,
  breaker: 0,
  heldUpBy: null,
};
const ROOM: Room = {
  state: "open",
  mode: "running",
  limits: {
    admission_rate_per_second: 50,
    occupancy_cap: 1_000,
    order_rate_per_second: 200,
    line_cap: null,
    no_show_percent: 0,
  },
  numbers: NUMBERS,
  lately: LATELY,
  sellsUnits: true,
};

const codes = (room: Partial<Room>) => pressuresOn({ ...ROOM, ...room }).map(({ code }) => code);
const withUnits = (units: Partial<Numbers["units"]>) => ({
  numbers: { ...NUMBERS, units: { ...NUMBERS.units, ...units } },
});
const withLine = (line: Partial<typeof LINE>) => ({ numbers: { ...NUMBERS, line: { ...LINE, ...line } } });

test("a room that nothing holds back says so", () => {
  assert.deepEqual(codes({}), ["none"]);
});

test("while nothing was recorded nobody says that people come in", () => {
  const slow = { ...ROOM.limits, admission_rate_per_second: 0.001 };
  for (const limits of [ROOM.limits, slow]) {
    assert.deepEqual(codes({ limits, lately: null }), ["not_recorded"]);
    assert.deepEqual(codes({ limits, lately: { ...LATELY, admittedPerSecond: null } }), ["not_recorded"]);
  }
  assert.deepEqual(codes({ lately: null, ...withLine({ waiting: 0 }) }), ["nobody_waits"]);
});

test("a rate that lets somebody in every few minutes sets the speed, whether or not anybody came lately", () => {
  const limits = { ...ROOM.limits, admission_rate_per_second: 0.001 };
  const lately = { ...LATELY, admittedPerSecond: 0 };
  assert.deepEqual(codes({ limits, lately }), ["slow_rate"]);
  assert.deepEqual(codes({ limits, lately: { ...lately, admittedPerSecond: 0.05 } }), ["slow_rate"]);
  assert.deepEqual(codes({ limits, lately, mode: "paused" }), ["mode_paused"], "it is not the rate");
});

test("each thing that holds a room back is told", () => {
  assert.deepEqual(codes({ mode: "paused" }), ["mode_paused"]);
  assert.deepEqual(codes({ mode: "drain" }), ["mode_drain"]);
  assert.deepEqual(codes(withLine({ occupied: 1_000 })), ["occupancy"]);
  assert.deepEqual(codes(withLine({ waiting: 0 })), ["nobody_waits"]);
  assert.deepEqual(codes({ limits: { ...ROOM.limits, line_cap: 500 } }), ["line_full"]);
  assert.deepEqual(codes({ numbers: { ...NUMBERS, line: null } }), ["line_unknown"]);
  assert.deepEqual(codes(withUnits({ available: 0 })), ["all_held"]);
  assert.deepEqual(codes(withUnits({ available: 0, reserved: 0 })), ["all_sold"]);
  const lately: [Partial<Lately>, string][] = [
    [{ admittedPerSecond: 49 }, "rate"],
    [{ heldUpBy: "no_processor" }, "no_processor"],
    [{ heldUpBy: "provider_away", breaker: 2 }, "provider_away"],
    [{ heldUpBy: "provider_tried", breaker: 1 }, "provider_tried"],
    [{ heldUpBy: "eased_by_lag" }, "eased_by_lag"],
    [{ heldUpBy: "eased_by_commits" }, "eased_by_commits"],
    [{ heldUpBy: "eased_by_provider" }, "eased_by_provider"],
    [{ breaker: 2 }, "breaker_open"],
    [{ breaker: 1 }, "breaker_half"],
    [{ providerErrors: 3 }, "provider_errors"],
    [{ commandLagMs: 5_000 }, "command_lag"],
    [{ commitMs: 900 }, "slow_commits"],
  ];
  for (const [part, code] of lately)
    assert.deepEqual(codes({ lately: { ...LATELY, ...part } }), [code], code);
});

test("what stops a line is told before what slows it", () => {
  const room = { mode: "stopped" as const, lately: { ...LATELY, breaker: 2 }, ...withLine({ waiting: 0 }) };
  assert.deepEqual(codes(room), ["mode_stopped", "breaker_open", "nobody_waits"]);
});

test("a site has no units that could be short, and a room that is not open has no line", () => {
  assert.deepEqual(codes({ sellsUnits: false, ...withUnits({ available: 0, total: 0 }) }), ["none"]);
  assert.deepEqual(codes({ state: "scheduled", numbers: { ...NUMBERS, line: null } }), ["not_yet_open"]);
});
