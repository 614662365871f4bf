import assert from "node:assert/strict";
import { test } from "node:test";
import "./all_texts.ts";
import { MODES } from "../src/shop/api/types.ts";
import { tOr } from "../src/shop/texts/index.ts";
import { isMoving, stockText } from "../src/shop/view/stock.ts";
import { sayOfSite } from "../src/shop/view/visits.ts";

test("what is left is told for the place in line", () => {
  const told = (position: number, left: number | null, held: number | null) =>
    stockText({ position, left, held });
  assert.equal(told(180, 180, 20), "180 items left");
  assert.equal(told(264, 180, 20), "180 items left, 263 ahead of you: you may not get one.");
  assert.equal(told(2, 1, 0), "1 item left, 1 ahead of you: you may not get one.");
  assert.match(told(91, 0, 61) ?? "", /Every item left is being paid for now.*next in line/);
  assert.match(told(1, 0, 61) ?? "", /Every item left is being paid for now.*it's yours/);
  assert.equal(told(5, 0, 0), "Nothing is left.");
  assert.equal(told(5, null, null), null);
});

test("what is left of so many visits is told in words of visits", () => {
  const say = sayOfSite(tOr, "shop.example");
  const told = (position: number, left: number, held: number) => stockText({ position, left, held }, say);
  assert.equal(told(1, 2, 0), "2 visits left");
  assert.equal(told(3, 1, 1), "1 visit left, 2 ahead of you: you may not get in.");
  assert.match(told(1, 0, 2) ?? "", /may still come.*it's yours/);
  assert.equal(told(1, 0, 0), "No visit is left.");
});

test("no time is told while nobody can be let in", () => {
  assert.ok(isMoving({ mode: "running", left: 3 }) && isMoving({ mode: "running", left: null }));
  assert.ok(!isMoving({ mode: "running", left: 0 }));
  for (const mode of MODES) {
    assert.equal(isMoving({ mode, left: 3 }), mode === "running" || mode === "drain", mode);
  }
});
