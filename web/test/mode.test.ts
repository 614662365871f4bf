import assert from "node:assert/strict";
import { test } from "node:test";
import "./all_texts.ts";
import { dateTime } from "../src/common/format.ts";
import { MODES, type Ticket } from "../src/shop/api/types.ts";
import { frameOf } from "../src/shop/stream/frames.ts";
import { shownAfter } from "../src/shop/stream/position.ts";
import { dropNotice, joinLabel, lineNotice, mayJoin } from "../src/shop/view/mode.ts";

const HOUR_MS = 3_600_000;

test("every mode but the usual one is told, in line and in front of it", () => {
  for (const notice of [dropNotice, lineNotice]) {
    const told = MODES.map((mode) => notice(mode, null));
    assert.equal(told[0], null);
    assert.equal(new Set(told).size, MODES.length, "each in its own words");
  }
});

test("the button works where joining does, and says why it does not", () => {
  assert.deepEqual(MODES.filter(mayJoin), ["running", "paused", "hold"]);
  const labels = MODES.map((mode) => joinLabel(mode, false));
  const [button, stopped] = ["join.button", "join.stopped"];
  assert.deepEqual(labels, [button, button, button, "join.drain", stopped, stopped]);
  for (const mode of MODES) assert.equal(joinLabel(mode, true), "join.busy");
});

test("maintenance says until when, unless that has passed", () => {
  const at = Date.now() + HOUR_MS;
  const until = new Date(at).toISOString();
  for (const notice of [dropNotice, lineNotice]) {
    assert.ok(notice("maintenance", until)?.includes(`until about ${dateTime(at)}`));
    const passed = new Date(Date.now() - HOUR_MS).toISOString();
    assert.equal(notice("maintenance", passed), notice("maintenance", null));
    assert.equal(notice("paused", until), notice("paused", null));
  }
});

test("the end of maintenance comes with a frame and with a polled ticket, and goes with the mode", () => {
  const frame = { type: "waiting", epoch: 1, evn: 1, position: 3, waiting: 4 } as const;
  const until = "2027-03-05T18:05:00Z";
  const told = shownAfter(null, { ...frame, mode: "maintenance", mode_until: until });
  assert.deepEqual([told.mode, told.until], ["maintenance", until]);
  const resumed = shownAfter(told, { ...frame, evn: 2, mode: "running" });
  assert.deepEqual([resumed.mode, resumed.until], ["running", null]);
  const ticket: Ticket = { ticket_id: "t", state: "waiting", epoch: 1, evn: 2, position: 3 };
  const polled = frameOf({ ...ticket, mode: "maintenance", mode_until: until });
  assert.equal(polled.type === "waiting" && polled.mode_until, until);
});
