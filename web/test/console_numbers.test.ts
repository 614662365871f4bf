import assert from "node:assert/strict";
import { test } from "node:test";
import {
  actor,
  amount,
  bytes,
  compact,
  milliseconds,
  minorPerUnit,
  ofAll,
  rate,
  share,
  wallMoment,
} from "../src/console/format.ts";
import { namesIt } from "../src/console/parts/names_it.ts";
import { numberFault, numberOf, typedOf } from "../src/console/parts/numbers.ts";

test("numbers are read as people type them, and nothing else is one", () => {
  const read = [" 12 ", "0.5", ".5", "5.", "-3", "10 000 000", "10_000", "10\u00a0000"].map(numberOf);
  assert.deepEqual(read, [12, 0.5, 0.5, 5, -3, 10_000_000, 10_000, 10_000]);
  for (const text of ["", "1,5", "1e9", "0x10", "1 2", "Infinity", "NaN", "1.2.3", "ten"]) {
    assert.equal(numberOf(text), null, text);
  }
});

test("what is wrong with a number is said in one word", () => {
  const range = { min: 1, max: 10, isWhole: true };
  const faults = ["x", "1.5", "0", "11", "10"].map((text) => numberFault(text, range));
  assert.deepEqual(faults, ["number", "whole", "min", "max", null]);
});

test("a number that is put into a field can be read from it", () => {
  for (const value of [0.001, 0.0000001, 1 / 60, 50, 10_000_000, 1e15]) {
    const back = numberOf(typedOf(value));
    assert.ok(back !== null && Math.abs(back - value) <= 1e-6 * Math.max(1, value), String(value));
  }
});

test("a name is typed as it is, but for spaces and forms of letters", () => {
  assert.ok(namesIt("  Friday  drop ", "Friday drop"));
  assert.ok(namesIt("Cafe\u0301", "Café"));
  for (const typed of ["", "friday drop", "Friday", "Friday drop!"]) {
    assert.ok(!namesIt(typed, "Friday drop"), typed);
  }
  assert.ok(!namesIt("", " "), "a name of nothing confirms nothing");
});

test("figures have as many digits as count", () => {
  assert.deepEqual([rate(0.016_667), rate(49.96), rate(12_345)], ["0.0167", "50", "12,300"]);
  assert.deepEqual([compact(0), compact(9_999), compact(12_345)], ["0", "9,999", "12.3K"]);
  assert.deepEqual(
    [milliseconds(0.46), milliseconds(12.4), milliseconds(1_500)],
    ["0.5\u00a0ms", "12\u00a0ms", "1.5\u00a0sec"],
  );
  assert.deepEqual([bytes(512), bytes(1_500_000)], ["512 bytes", "1.5 MB"]);
  assert.equal(ofAll(compact(40), compact(12_345)), "40\u00a0/\u00a012.3K");
  assert.deepEqual([share(1, 3), share(0, 0)], ["33.3%", "–"]);
  assert.deepEqual(
    [amount(12_900, "EUR"), amount(12_900, "KRW"), amount(5, "?")],
    ["€129.00", "₩12,900", "5 ?"],
  );
});

test("of an id in who did something only the end is said", () => {
  assert.equal(actor("seller:01a21f51-193e-77f5-87c5-08733bb96d92"), "seller:3bb96d92");
  assert.deepEqual(["operator:ann", "scheduler"].map(actor), ["operator:ann", "scheduler"]);
});

test("a currency has as many minor units as its digits say, one that nobody knows only one", () => {
  assert.deepEqual(["EUR", "KRW", "KWD", "?"].map(minorPerUnit), [100, 1, 1_000, 1]);
});

test("a moment in a zone is said to the minute, with its weekday and the zone", () => {
  const said = wallMoment(Date.UTC(2027, 2, 5, 18, 0, 42), "UTC");
  assert.match(said, /^Friday, March\s5,\s2027/);
  assert.match(said, /6:00\sPM\sUTC$/);
});
