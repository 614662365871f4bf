import assert from "node:assert/strict";
import { test } from "node:test";
import { clockTime, dateTime, digits, duration, roughRange } from "../src/common/format.ts";

test("durations are written in words with their two largest units", () => {
  assert.equal(duration(3_725_000, "en"), "1 hour 2 minutes");
  assert.equal(duration(125_000, "ko"), "2분 5초");
  assert.equal(duration(300_000, "en"), "5 minutes");
  assert.equal(duration(-5, "en"), "0 seconds");
});

test("an estimate is told in whole minutes, or in tens of seconds, and as one number where both ends are one", () => {
  assert.equal(roughRange(170_000, 251_000, "en"), "3–5 minutes");
  assert.equal(roughRange(170_000, 251_000, "ko"), "3–5분");
  assert.equal(roughRange(118_000, 120_000, "en"), "2 minutes");
  assert.equal(roughRange(25_000, 61_000, "en"), "1–2 minutes");
  assert.equal(roughRange(12_000, 33_000, "en"), "10–40 seconds");
  assert.equal(roughRange(200, 600, "en"), "10 seconds");
  assert.equal(roughRange(3_600_000, 5_000_000, "en"), "60–84 minutes");
});

test("neither a date nor a time is broken within", () => {
  const ms = new Date(2027, 10, 8, 9, 24, 5).getTime();
  assert.equal(dateTime(ms, "en"), "Nov\u00a08, 2027, 9:24\u00a0AM");
  // Which of the two words it is differs from one version of the data of languages to the next.
  assert.match(dateTime(ms, "ko"), /^2027\.\u00a011\.\u00a08\. (오전|AM)\u00a09:24$/);
  assert.equal(clockTime(ms, "en"), "9:24:05\u00a0AM");
  assert.match(clockTime(ms, "ko"), /^(오전|AM)\u00a09:24:05$/);
});

test("countdown digits keep their width", () => {
  assert.equal(digits(272_000), "4:32");
  assert.equal(digits(3_872_000), "1:04:32");
  assert.equal(digits(-1), "0:00");
});
