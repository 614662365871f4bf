import assert from "node:assert/strict";
import { test } from "node:test";
import { fullJitter, pollPause, serverPause } from "../src/common/backoff.ts";

test("full jitter doubles its bound from one second up to thirty", () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7, 50].map((failures) => fullJitter(failures, 1));
  assert.deepEqual(bounds, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test("full jitter spreads from zero to the bound", () => {
  assert.equal(fullJitter(6, 0), 0);
  assert.equal(fullJitter(6, 0.5), 15_000);
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
