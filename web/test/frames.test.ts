import assert from "node:assert/strict";
import { test } from "node:test";
import { TICKET_STATES, type Ticket } from "../src/shop/api/types.ts";
import { frameOf, parseFrame } from "../src/shop/stream/frames.ts";

test("a frame is read as it is", () => {
  const frame = parseFrame('{"type":"waiting","epoch":1,"evn":77,"position":42,"waiting":900,"rise":null}');
  assert.equal(frame?.type === "waiting" && frame.position, 42);
});

test("what is no frame, or one from the future, is ignored", () => {
  const strange = [
    "",
    "nonsense",
    "null",
    "7",
    "{}",
    '{"type":"fireworks"}',
    '{"type":"order","state":"eaten"}',
  ];
  for (const data of [...strange, '{"type":"waiting","position":"42"}'])
    assert.equal(parseFrame(data), null, data);
});

test("a turn that was missed is told", () => {
  assert.deepEqual(parseFrame('{"type":"missed"}'), { type: "missed" });
});

test("a close without a reason still closes", () => {
  assert.deepEqual(parseFrame('{"type":"closed"}'), { type: "closed", reason: "closed" });
});

test("every state of a polled ticket becomes a frame", () => {
  const ticket: Ticket = { ticket_id: "t", state: "waiting", epoch: 1, evn: 2, position: 3, waiting: 4 };
  const types = TICKET_STATES.map((state) => frameOf({ ...ticket, state }).type);
  assert.deepEqual(types, ["waiting", "admitting", "held", "held", "closed", "left"]);
});

test("a polled ticket has the prospects that the stream would have told", () => {
  const told = {
    eta_p50_s: 240,
    eta_p90_s: 290,
    eta_reason: "slower",
    odds_percent: 60,
    standby: true,
  } as const;
  const frame = frameOf({ ticket_id: "t", state: "waiting", epoch: 1, evn: 2, position: 3, ...told });
  assert.deepEqual({ ...frame, ...told }, frame);
});

test("a polled position keeps the reason for which it rose", () => {
  const ticket: Ticket = { ticket_id: "t", state: "waiting", epoch: 1, evn: 2, position: 3, rise: "mode" };
  const frame = frameOf(ticket);
  assert.equal(frame.type === "waiting" && frame.rise, "mode");
});
