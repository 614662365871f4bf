import assert from "node:assert/strict";
import { test } from "node:test";
import { fullJitter, pollPause, retryPause, serverPause } from "../src/common/backoff.ts";

test("full jitter raises its bound by half, from four seconds up to thirty", () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7, 50].map((failures) => fullJitter(failures, 1));
  assert.deepEqual(bounds, [4_000, 6_000, 9_000, 13_500, 20_250, 30_000, 30_000, 30_000]);
});

test("full jitter spreads from zero to the bound", () => {
  assert.equal(fullJitter(6, 0), 0);
  assert.equal(fullJitter(6, 0.5), 15_000);
});

test("a pause grows with the failures, and is never shorter than the server asked for", () => {
  assert.equal(retryPause(2, null, 0.5), 3_000);
  assert.equal(retryPause(2, 1_000, 0.5), 3_000);
  assert.equal(retryPause(2, 60_000, 0.5), 90_000);
  assert.equal(retryPause(9, 2_000, 0), 2_000);
});

test("nobody comes back earlier than the server asked", () => {
  assert.equal(serverPause(2_000, 0), 2_000);
  assert.ok(serverPause(2_000, 0.99) < 4_000);
});

test("polling stays within ten percent of the server's pace and has a floor", () => {
  assert.equal(pollPause(10_000, 0), 9_000);
  assert.equal(pollPause(10_000, 1), 11_000);
  assert.ok(pollPause(0, 0) >= 450);
});
