import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rise } from "../src/shop/api/types.ts";
import { progressOf, type Shown, seenOf, shownAfter } from "../src/shop/stream/position.ts";

const frame = (evn: number, position: number, more: { epoch?: number; rise?: Rise } = {}) =>
  ({ type: "waiting", epoch: 1, evn, position, waiting: 100, ...more }) as const;

const after = (...frames: ReturnType<typeof frame>[]): Shown => {
  let shown: Shown | null = null;
  for (const next of frames) shown = shownAfter(shown, next);
  assert.ok(shown !== null);
  return shown;
};

test("the position falls with the frames", () => {
  assert.equal(after(frame(1, 42), frame(2, 40)).position, 40);
});

test("a rise without a label is not shown", () => {
  const shown = after(frame(1, 40), frame(2, 45));
  assert.equal(shown.position, 40);
  assert.equal(shown.rise, null);
});

test("a labelled rise is shown together with its reason, which stays until the next", () => {
  const shown = after(frame(1, 40), frame(2, 45, { rise: "returned" }), frame(3, 44));
  assert.equal(shown.position, 44);
  assert.equal(shown.rise, "returned");
});

test("a label without a rise says nothing", () => {
  assert.equal(after(frame(1, 40), frame(2, 39, { rise: "operator" })).rise, null);
});

test("a new epoch means a rebuilt line, even where an answer has no label", () => {
  const shown = after(frame(9, 40), frame(1, 48, { epoch: 2 }));
  assert.equal(shown.position, 48);
  assert.equal(shown.rise, "rebuild");
});

test("a lagging instance does not turn the position back", () => {
  const shown = after(frame(1, 50), frame(9, 20), frame(5, 35, { rise: "returned" }));
  assert.equal(shown.position, 20);
  assert.deepEqual(seenOf(shown), { place: "1.9.20", etaS: null });
});

test("what is left is that of the last frame, and stays where one says nothing of it", () => {
  const stock = (units_left: number) => ({ ...frame(2, 40), units_left, units_held: 3 });
  const shown = shownAfter(after(frame(1, 42)), stock(7));
  assert.deepEqual([shown.left, shown.held], [7, 3]);
  assert.equal(shownAfter(shown, frame(3, 39)).left, 7);
  assert.equal(shownAfter(shown, stock(0)).left, 0);
  assert.equal(after(frame(1, 42)).left, null);
});

test("random frames never raise the position without a reason", () => {
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
    shown = shownAfter(before, next);
    if (before !== null && shown.position > before.position) assert.equal(shown.rise, "returned");
  }
});

test("progress runs from zero to one, counted from the first position shown", () => {
  assert.equal(progressOf(after(frame(1, 101))), 0);
  assert.equal(progressOf(after(frame(1, 101), frame(2, 51))), 0.5);
  assert.equal(progressOf(after(frame(1, 101), frame(2, 1))), 1);
  assert.equal(progressOf(after(frame(1, 1))), 1);
});
