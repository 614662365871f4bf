import assert from "node:assert/strict";
import { test } from "node:test";
import "./all_texts.ts";
import type { Prospects } from "../src/shop/api/types.ts";
import { NO_OUTLOOK, type Outlook, outlookAfter } from "../src/shop/stream/outlook.ts";
import { tOr } from "../src/shop/texts/index.ts";
import { oddsOfJoining, oddsText, slowedText, timeText } from "../src/shop/view/outlook.ts";
import { sayOfSite } from "../src/shop/view/visits.ts";

/** What is told of a wait whose half is over by then. */
const told = (eta_p50_s: number, more: Prospects = {}): Prospects => ({
  eta_p50_s,
  eta_p90_s: eta_p50_s + 60,
  ...more,
});

const after = (...frames: Prospects[]): Outlook => frames.reduce(outlookAfter, NO_OUTLOOK);

test("the time is that of the last frame, and none is made up where a frame tells none", () => {
  assert.deepEqual(after(told(240)).eta, { p50S: 240, p90S: 300 });
  const silent = after(told(240), {});
  assert.deepEqual([silent.eta, silent.toldS], [null, 240]);
  assert.equal(timeText(silent.eta), "You'll see the time left once the line moves");
  assert.equal(timeText({ p50S: 175, p90S: 290 }), "About 3–5 minutes left");
});

test("why it takes longer is said until it is as short again as it was said to be", () => {
  const slower = told(300, { eta_reason: "slower" });
  assert.deepEqual(after(told(240), slower).slowed, { reason: "slower", fromS: 240 });
  assert.deepEqual(after(told(240), slower, told(250)).slowed, { reason: "slower", fromS: 240 });
  assert.equal(after(told(240), slower, told(240)).slowed, null);
  const again = after(told(240), slower, told(400, { eta_reason: "rate_lowered" }));
  assert.deepEqual(again.slowed, { reason: "rate_lowered", fromS: 240 });
  assert.equal(slowedText(again), "Fewer people are let in at a time now, so it takes longer than we said.");
  const paused = after(told(240), slower, {});
  assert.equal(slowedText(paused), null, "no time is told");
  const short = after(told(5), { eta_p50_s: 9, eta_p90_s: 15, eta_reason: "slower" });
  assert.equal(slowedText(short), null, "a few seconds are not worth it");
});

test("odds are told in words with a number, and nothing is promised", () => {
  assert.equal(oddsText(null), null);
  const words = [0, 5, 25, 30, 65, 70, 90, 95].map((odds) => oddsText(odds));
  assert.deepEqual(words, [
    "You'll very likely get none.",
    "Your chances of getting one are slim: about 5%.",
    "Your chances of getting one are slim: about 25%.",
    "Your chances of getting one are fair: about 30%.",
    "Your chances of getting one are fair: about 65%.",
    "Your chances of getting one are good: about 70%.",
    "Your chances of getting one are good: about 90%.",
    "There should be enough for you.",
  ]);
});

test("who has not joined is told how likely a unit is for those who join now", () => {
  assert.deepEqual([oddsOfJoining(null), oddsOfJoining(undefined)], ["", ""]);
  assert.equal(oddsOfJoining(95), "Joining now? There should be enough for you.");
  assert.equal(oddsOfJoining(60), "Joining now? Your chances of getting one are fair: about 60%.");
  const say = sayOfSite(tOr, "shop.example");
  assert.equal(oddsOfJoining(0, say), "Joining now? You'll very likely not get in.");
});

test("standby is what the last frame says", () => {
  assert.equal(after({ standby: true, odds_percent: 40 }).standby, true);
  assert.equal(after({ standby: true }, told(60)).standby, false);
});
