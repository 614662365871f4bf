import assert from "node:assert/strict";
import { test } from "node:test";
import { digits } from "../src/common/format.ts";
import { actsNear, actsWithin, marksOf } from "../src/console/charts/acts.ts";
import { isEmpty } from "../src/console/charts/curves.ts";
import { held, joined, last, mean, nearest, type Samples, samplesOf } from "../src/console/charts/samples.ts";
import { CLOCK_MS, COUNTS, stepsFrom } from "../src/console/charts/steps.ts";
import { readFrom, WINDOWS, windowOf } from "../src/console/charts/windows.ts";
import { compact } from "../src/console/format.ts";
import { latelyOf } from "../src/console/operator/room/lately.ts";

/** A history with these seconds, people let in by then and people waiting. */
const history = (seconds: number[], admitted: (number | null)[], waiting: (number | null)[] = []) => ({
  step_s: 1,
  at: seconds.map((second) => new Date(second * 1_000).toISOString()),
  admitted,
  waiting,
});

test("totals are shown as how fast they grow, in the step in which they did", () => {
  const one = samplesOf(history([100, 101, 103, 200, 201], [4, 10, 20, 27, 3]));
  assert.deepEqual(one.at, [100, 101, 103, 200, 201]);
  assert.deepEqual(one.columns.admitted, [null, 6, 5, 7, 0]);
  const ten = samplesOf({ ...history([100, 110, 120, 130], [40, 60, null, 90]), step_s: 10 });
  assert.deepEqual(ten.columns.admitted, [null, 2, null, null]);
});

test("a column that is not sent has no values", () => {
  const { columns, heldUpBy } = samplesOf(history([1, 2], [1, 1]));
  assert.deepEqual(
    [columns.breaker, columns.waiting, heldUpBy],
    [
      [null, null],
      [null, null],
      [null, null],
    ],
  );
});

test("fresh rows take the place of old ones, and what was known stays known", () => {
  const old = samplesOf(history([1, 2, 3, 4], [1, 3, 6, 10], [10, 20, 30, 40]));
  const fresh = samplesOf(history([3, 4, 5], [6, 11, 17], [31, 41, 51]));
  const both = joined(old, fresh, 2);
  assert.deepEqual(both.at, [2, 3, 4, 5]);
  assert.deepEqual(both.columns.admitted, [2, 3, 5, 6]);
  assert.deepEqual(both.columns.waiting, [20, 31, 41, 51]);
  const nothing = samplesOf(history([], []));
  assert.deepEqual(joined(old, nothing, 3).at, [3, 4]);
  assert.deepEqual(joined(nothing, fresh, 0).at, [3, 4, 5]);
});

test("where nothing went on all stays as it was, and nobody came", () => {
  const quiet = held(samplesOf(history([9, 10, 70], [3, 6, 11], [7, 7, 9])), 1);
  assert.deepEqual(quiet.at, [9, 10, 69, 70]);
  assert.deepEqual(quiet.columns.waiting, [7, 7, 7, 9]);
  assert.deepEqual(quiet.columns.admitted, [null, 3, 0, 5]);
  assert.deepEqual(held(samplesOf(history([10, 11, 13], [1, 1, 1])), 1).at, [10, 11, 13]);
});

test("what the last row told holds until now, unless the drop is over or rows are missing", () => {
  const quiet = samplesOf(history([9, 10], [3, 6], [7, 7]));
  const now = held(quiet, 1, 40);
  assert.deepEqual(now.at, [9, 10, 40]);
  assert.deepEqual(
    [now.columns.waiting, now.columns.admitted],
    [
      [7, 7, 7],
      [null, 3, 0],
    ],
  );
  assert.deepEqual(held(quiet, 1, null).at, [9, 10], "it is over");
  assert.deepEqual(held(quiet, 1, 12).at, [9, 10], "the next row may be on its way");
  assert.deepEqual(held(quiet, 1, 200).at, [9, 10], "even at rest there would be rows");
  assert.deepEqual(held(quiet, 30, 100).at, [9, 10, 100], "a row stands at the beginning of its step");
  assert.deepEqual(held(samplesOf(history([], [])), 1, 40).at, []);
});

test("figures of a column leave out what is not known", () => {
  assert.deepEqual([last([1, 2, null]), last([null]), last([])], [2, null, null]);
  assert.deepEqual([mean([1, null, 3]), mean([null])], [2, null]);
});

test("a chart without a known value is empty, and one with a single one is not", () => {
  const curve = { key: "waiting", label: "", colour: 1, values: (s: Samples) => s.columns.waiting } as const;
  const spec = { key: "line", title: "", say: String, steps: COUNTS, curves: [curve] };
  const isEmptyWith = (waiting: (number | null)[]) =>
    isEmpty(spec, samplesOf(history([1, 2], [1, 1], waiting)));
  assert.deepEqual([[], [null, null], [null, 0]].map(isEmptyWith), [true, true, false]);
});

test("the nearest row is found, and none where there is none", () => {
  assert.deepEqual([nearest([10, 20, 30], 24), nearest([10, 20, 30], 99), nearest([], 1)], [1, 2, -1]);
});

test("a window is read once in all, and then from a little before its last row", () => {
  const window = windowOf("1h");
  assert.equal(readFrom(window, 10_000, null), 6_400);
  assert.equal(readFrom(window, 10_000, 9_990), 9_990 - 3 * window.stepS);
  assert.equal(readFrom(window, 10_000, 100), 6_400);
});

test("no window asks for more points than an answer may have, or for longer than anything is kept", () => {
  for (const { name, seconds, stepS } of WINDOWS) {
    assert.ok(seconds / stepS <= 1_000, name);
    assert.ok(seconds <= 30 * 86_400, name);
  }
  assert.equal(windowOf("nonsense").name, "15m");
});

const ENTRIES = [
  { at: "2027-03-05T12:00:30Z", action: "drop.resume", actor: "operator:ann", why: "well again" },
  { at: "2027-03-05T12:00:10Z", action: "drop.pause", actor: "operator:ann", why: "slow" },
  { at: "2027-03-05T11:00:00Z", action: "drop.limits", actor: "operator:bob", why: "" },
];
const NOON_S = Date.parse("2027-03-05T12:00:00Z") / 1_000;

test("acts are numbered as they were done, and those before the window are left out", () => {
  const acts = actsWithin(ENTRIES, NOON_S, NOON_S + 60);
  assert.deepEqual(
    acts.map(({ number, action }) => [number, action]),
    [
      [1, "drop.pause"],
      [2, "drop.resume"],
    ],
  );
  assert.deepEqual(
    actsNear(acts, NOON_S + 11, 2).map(({ number }) => number),
    [1],
  );
  const ofDrop = ENTRIES.map((entry) => ({ ...entry, drop_id: "d" }));
  assert.equal(actsWithin(ofDrop, NOON_S, NOON_S + 60)[0]?.dropId, "d");
});

test("acts too near each other for marks of their own share one, wherever the acts began", () => {
  const acts = actsWithin(ENTRIES, NOON_S - 7_200, NOON_S + 60);
  const marks = marksOf(acts, ({ at }) => at - NOON_S, 60);
  assert.deepEqual(marks, [
    { x: -3_600, first: 1, last: 1 },
    { x: 10, first: 2, last: 3 },
  ]);
  assert.equal(marksOf(acts, ({ at }) => at, 1).length, 3);
});

test("what the last rows say of now is their mean, and nothing if there are none", () => {
  const full = {
    ...history([1, 2, 3], [3, 6, 11]),
    commit_ms: [5, 10, null],
    provider_errors: [0, 1, 2],
    held_up_by: [null, null, "stock"],
  };
  const lately = latelyOf(full as unknown as Parameters<typeof latelyOf>[0]);
  assert.deepEqual(
    [lately?.admittedPerSecond, lately?.commitMs, lately?.providerErrors, lately?.heldUpBy],
    [4, 10, 3, "stock"],
  );
  assert.equal(latelyOf(history([], []) as unknown as Parameters<typeof latelyOf>[0]), null);
});

test("figures beside a chart of people are whole and none is said twice", () => {
  assert.deepEqual(COUNTS.slice(0, 7), [1, 2, 5, 10, 20, 50, 100]);
  assert.deepEqual(stepsFrom(100).slice(0, 4), [100, 200, 500, 1_000]);
  for (const step of COUNTS.slice(0, 12)) {
    const said = [1, 2, 3, 4, 5].map((n) => compact(n * step));
    assert.equal(new Set(said).size, said.length);
  }
});

test("figures beside a chart of waits are whole steps of a clock, each longer than the one before", () => {
  assert.deepEqual(CLOCK_MS.slice(4, 9).map(digits), ["0:15", "0:30", "1:00", "2:00", "5:00"]);
  assert.deepEqual(CLOCK_MS.slice(11, 14).map(digits), ["30:00", "1:00:00", "2:00:00"]);
  assert.deepEqual(
    CLOCK_MS,
    [...CLOCK_MS].sort((a, b) => a - b),
  );
});
