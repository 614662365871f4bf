import assert from "node:assert/strict";
import { test } from "node:test";
import { admissionUrl } from "../src/api/admission.ts";
import { retryAfterMs } from "../src/api/http.ts";
import { afterServersWish, fullJitter, pollPause } from "../src/stream/backoff.ts";

test("full jitter doubles its bound from one second up to thirty", () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7, 50].map((failures) => fullJitter(failures, 1));
  assert.deepEqual(bounds, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test("full jitter spreads from nothing to the bound", () => {
  assert.equal(fullJitter(6, 0), 0);
  assert.equal(fullJitter(6, 0.5), 15_000);
});

test("nobody comes back earlier than the server asked", () => {
  assert.equal(afterServersWish(2_000, 0), 2_000);
  assert.ok(afterServersWish(2_000, 0.99) < 4_000);
});

test("polling stays within ten per cent of the server's pace and has a floor", () => {
  assert.equal(pollPause(10_000, 0), 9_000);
  assert.equal(pollPause(10_000, 1), 11_000);
  assert.ok(pollPause(0, 0) >= 450);
});

test("Retry-After is read in seconds; what cannot be read is nothing", () => {
  assert.equal(retryAfterMs("3"), 3_000);
  assert.equal(retryAfterMs("soon"), null);
  assert.equal(retryAfterMs("-1"), null);
  assert.equal(retryAfterMs(null), null);
});

test("admission is called by the page's own name of this machine, else as configured", () => {
  assert.equal(admissionUrl("http://127.0.0.1:8081", "localhost"), "http://localhost:8081");
  assert.equal(admissionUrl("http://localhost:8081/", "127.0.0.1"), "http://127.0.0.1:8081");
  assert.equal(admissionUrl("https://line.example/", "shop.example"), "https://line.example");
  assert.equal(admissionUrl("https://example.com/line/", "example.com"), "https://example.com/line");
});
