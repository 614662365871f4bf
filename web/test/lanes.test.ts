import assert from "node:assert/strict";
import { test } from "node:test";
import "./all_texts.ts";
import type { Drop, Lane } from "../src/shop/api/types.ts";
import { laneText, takesCode } from "../src/shop/view/lanes.ts";

const LANES: Lane[] = [
  { lane: 0, name: null, share_percent: 75 },
  { lane: 1, name: "Early access", share_percent: 25 },
  { lane: 3, name: "Friends", share_percent: 0 },
];
const dropWith = (lanes?: Lane[], inviteOnly = false) => ({ lanes, invite_only: inviteOnly }) as Drop;

test("whoever waits is told their lane and what it gets", () => {
  const drop = dropWith(LANES);
  assert.equal(laneText(drop, 0), "Your lane: Normal lane (75% of those let in)");
  assert.equal(laneText(drop, 1), "Your lane: Early access (25% of those let in)");
  assert.equal(laneText(drop, 3), "Your lane: Friends (let in when no one else can be)");
});

test("nothing is told of lanes where there is one, or before it is known which it is", () => {
  assert.equal(laneText(dropWith(), 0), null);
  assert.equal(laneText(dropWith(LANES), null), null);
  assert.equal(laneText(dropWith(LANES), 2), null);
});

test("a code is asked for where it is of use", () => {
  assert.ok(takesCode(dropWith(LANES)) && takesCode(dropWith([], true)));
  assert.ok(!takesCode(dropWith()) && !takesCode(dropWith([])));
});
