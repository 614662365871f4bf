import assert from "node:assert/strict";
import { test } from "node:test";
import { digits, duration } from "../src/common/format.ts";

test("durations are written in words with their two largest units", () => {
  assert.equal(duration(3_725_000, "en"), "1 hour 2 minutes");
  assert.equal(duration(125_000, "ko"), "2분 5초");
  assert.equal(duration(300_000, "en"), "5 minutes");
  assert.equal(duration(-5, "en"), "0 seconds");
});

test("countdown digits keep their width", () => {
  assert.equal(digits(272_000), "4:32");
  assert.equal(digits(3_872_000), "1:04:32");
  assert.equal(digits(-1), "0:00");
});
