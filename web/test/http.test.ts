import assert from "node:assert/strict";
import { test } from "node:test";
import { retryAfterMs } from "../src/common/http.ts";

test("Retry-After is read in seconds, and ignored if it cannot be read", () => {
  assert.equal(retryAfterMs("3"), 3_000);
  assert.equal(retryAfterMs("soon"), null);
  assert.equal(retryAfterMs("-1"), null);
  assert.equal(retryAfterMs(null), null);
});
