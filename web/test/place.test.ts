import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rise } from "../src/api/types.ts";
import { Pace } from "../src/stream/pace.ts";
import { progressOf, type Shown, seenOf, show } from "../src/stream/place.ts";

const frame = (evn: number, place: number, more: { epoch?: number; rise?: Rise } = {}) =>
  ({ type: "waiting", epoch: 1, evn, place, waiting: 100, ...more }) as const;

const after = (...frames: ReturnType<typeof frame>[]): Shown => {
  let shown: Shown | null = null;
  for (const next of frames) shown = show(shown, next);
  assert.ok(shown !== null);
  return shown;
};

test("the place falls with the frames", () => {
  assert.equal(after(frame(1, 42), frame(2, 40)).place, 40);
});

test("a rise without a label is not shown", () => {
  const shown = after(frame(1, 40), frame(2, 45));
  assert.equal(shown.place, 40);
  assert.equal(shown.rise, null);
});

test("a labelled rise is shown together with its reason, which stays until the next", () => {
  const shown = after(frame(1, 40), frame(2, 45, { rise: "returned" }), frame(3, 44));
  assert.equal(shown.place, 44);
  assert.equal(shown.rise, "returned");
});

test("a label without a rise says nothing", () => {
  assert.equal(after(frame(1, 40), frame(2, 39, { rise: "operator" })).rise, null);
});

test("a new epoch is a rebuilt line, also where an answer has no label", () => {
  const shown = after(frame(9, 40), frame(1, 48, { epoch: 2 }));
  assert.equal(shown.place, 48);
  assert.equal(shown.rise, "rebuild");
});

test("what a lagging instance says does not turn the place back", () => {
  const shown = after(frame(1, 50), frame(9, 20), frame(5, 35, { rise: "returned" }));
  assert.equal(shown.place, 20);
  assert.equal(seenOf(shown), "1.9.20");
});

test("random frames never raise the place without a reason", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  let shown: Shown | null = null;
  for (let round = 0; round < 5_000; round += 1) {
    const rise = random(10) === 0 ? "returned" : undefined;
    const next = frame(random(50) + round, 1 + random(500), { rise });
    const before: Shown | null = shown;
    shown = show(before, next);
    if (before !== null && shown.place > before.place) assert.equal(shown.rise, "returned");
  }
});

test("progress runs from nothing to all, counted from the first place shown", () => {
  assert.equal(progressOf(after(frame(1, 101))), 0);
  assert.equal(progressOf(after(frame(1, 101), frame(2, 51))), 0.5);
  assert.equal(progressOf(after(frame(1, 101), frame(2, 1))), 1);
  assert.equal(progressOf(after(frame(1, 1))), 1);
});

test("the time left is a guess from the last pace, and none while there is no pace", () => {
  const pace = new Pace();
  pace.note(0, 100);
  assert.equal(pace.leftMs(1_000), null);
  pace.note(10_000, 90);
  assert.equal(pace.leftMs(10_000), 90_000);
  pace.note(11_000, 95);
  assert.equal(pace.leftMs(11_000), null);
});
