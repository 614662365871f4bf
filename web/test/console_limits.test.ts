import assert from "node:assert/strict";
import { test } from "node:test";
import { limitHint, limitName } from "../src/console/operator/room/limits/name.ts";
import { reachOf, STEPS, slid, stepOf, valueAt } from "../src/console/operator/room/limits/scale.ts";
import { planOf, type Timing, timingFault } from "../src/console/operator/room/limits/timing.ts";
import {
  changeOf,
  draftOf,
  foreseen,
  hasChange,
  isOfSetting,
  isRight,
  limitsOf,
  RANGES,
} from "../src/console/operator/room/limits/values.ts";

const LIMITS = {
  admission_rate_per_second: 50,
  occupancy_cap: 1_000,
  order_rate_per_second: 200,
  line_cap: null,
  no_show_percent: 0,
};

test("a form that was not touched changes nothing", () => {
  for (const limits of [LIMITS, { ...LIMITS, admission_rate_per_second: 1 / 60, line_cap: 20_000 }]) {
    const draft = draftOf(limits);
    assert.ok(isRight(draft));
    const back = changeOf(draft, limits);
    assert.deepEqual(back, {});
    assert.ok(!hasChange(back));
  }
});

test("only what differs is sent, and an empty cap leaves the line to the setting for all", () => {
  const draft = { ...draftOf(LIMITS), admission_rate_per_second: "80", line_cap: "20000" };
  assert.deepEqual(changeOf(draft, LIMITS), { admission_rate_per_second: 80, line_cap: 20_000 });
  const capped = { ...LIMITS, line_cap: 20_000 };
  assert.deepEqual(changeOf({ ...draftOf(capped), line_cap: " " }, capped), { line_cap: null });
});

test("what is to make up for no-shows is sent, and not looked at before", () => {
  const change = changeOf({ ...draftOf(LIMITS), occupancy_cap: "900", no_show_percent: "20" }, LIMITS);
  assert.deepEqual(change, { occupancy_cap: 900, no_show_percent: 20 });
  assert.deepEqual(foreseen(change), { occupancy_cap: 900 });
  assert.ok(!isRight({ ...draftOf(LIMITS), no_show_percent: "31" }));
});

test("a line before a site has nobody who fails to pay", () => {
  assert.ok(limitsOf(true).includes("no_show_percent"));
  assert.ok(!limitsOf(false).includes("no_show_percent"));
});

test("before a site passes are made out at the rate at which orders are placed elsewhere", () => {
  const names = [true, false].map((sellsUnits) => limitName("order_rate_per_second", sellsUnits));
  assert.deepEqual(names, ["Orders per second", "Passes given per second"]);
  assert.equal(limitHint("order_rate_per_second", false), "How fast passes are made out.");
  assert.equal(limitName("line_cap", false), limitName("line_cap", true));
});

test("only an empty cap of the line is left to the setting for all", () => {
  assert.deepEqual([isOfSetting("line_cap", " "), isOfSetting("line_cap", "5")], [true, false]);
  assert.ok(!isOfSetting("occupancy_cap", ""));
});

test("a form with a value that is none is not right", () => {
  const wrong = [
    { occupancy_cap: "" },
    { occupancy_cap: "1.5" },
    { admission_rate_per_second: "0" },
    { line_cap: "0" },
  ];
  for (const part of wrong) assert.ok(!isRight({ ...draftOf(LIMITS), ...part }), JSON.stringify(part));
});

test("a slider leads from each value to its step and back, near enough", () => {
  for (const now of [0.001, 0.0167, 1, 50, 1_234, 100_000]) {
    const reach = reachOf(now, RANGES.admission_rate_per_second);
    const back = valueAt(stepOf(now, reach), reach);
    assert.ok(Math.abs(back - now) <= 0.02 * now, `${now} came back as ${back}`);
    for (const [step, end] of [[0, reach.min] as const, [STEPS, reach.max] as const]) {
      assert.ok(Math.abs(valueAt(step, reach) - end) <= 0.005 * end, `${now} ends at ${end}`);
    }
  }
});

test("every key press on a slider moves the value, small whole numbers too", () => {
  for (const range of [reachOf(2, RANGES.occupancy_cap), reachOf(50, RANGES.admission_rate_per_second)]) {
    let value = range.min;
    for (let presses = 0; presses < 3 * STEPS && value < range.max; presses += 1) {
      const next = slid(value, stepOf(value, range) + 1, range);
      assert.ok(next > value, `${value} stayed`);
      value = next;
    }
    assert.equal(value, range.max);
    assert.ok(slid(value, STEPS - 1, range) < range.max);
  }
});

const NOW = Date.parse("2027-03-05T12:00:00Z");
const AT_ONCE: Timing = {
  isLater: false,
  at: { local: "2027-03-05T18:00", zone: "UTC", isLater: false },
  isSlow: false,
  minutes: "10",
};
const RATE = { admission_rate_per_second: 80 };

test("a change comes at once unless it is said to come later or slowly", () => {
  assert.equal(planOf(AT_ONCE), null);
  assert.deepEqual(planOf({ ...AT_ONCE, isLater: true }), { at: "2027-03-05T18:00:00.000Z" });
  assert.deepEqual(planOf({ ...AT_ONCE, isSlow: true, minutes: "0.5" }), { over_seconds: 30 });
  const both = planOf({ ...AT_ONCE, isLater: true, isSlow: true });
  assert.deepEqual(both, { at: "2027-03-05T18:00:00.000Z", over_seconds: 600 });
});

test("a time that has passed and a ramp of nothing are told before anybody sends them", () => {
  const fault = (timing: Partial<Timing>, change = {}) =>
    timingFault({ ...AT_ONCE, ...timing }, { ...RATE, ...change }, NOW);
  assert.equal(fault({}), null);
  const at = (local: string) => ({ isLater: true, at: { ...AT_ONCE.at, local } });
  assert.deepEqual([fault(at("2027-03-05T11:59")), fault(at("2028-12-01T00:00"))], ["past", "far"]);
  assert.equal(fault({ isSlow: true, minutes: "0" }), "minutes");
  assert.equal(
    fault({ isSlow: true }, { admission_rate_per_second: undefined, occupancy_cap: 5 }),
    "no_rate",
  );
});
