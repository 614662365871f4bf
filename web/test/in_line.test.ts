import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import "./all_texts.ts";
import type { PanelHost } from "../src/common/panel.ts";
import { Admission } from "../src/shop/api/admission.ts";
import type { Drop, Frame, Ticket } from "../src/shop/api/types.ts";
import { type End, InLine } from "../src/shop/pages/in_line.ts";
import { keyFile } from "../src/shop/possession/device.ts";

const DROP = { id: "d", title: "Tea cup", variants: [{ id: "v" }, { id: "w" }] } as Drop;
const TICKET: Ticket = {
  ticket_id: "t",
  state: "waiting",
  variant_id: "w",
  epoch: 1,
  evn: 8,
  position: 40,
  waiting: 90,
};

interface Answer {
  status: number;
  body: unknown;
}

const refusal = (status: number, code: string): Answer => ({ status, body: { code } });
const ticketIs = (ticket: Ticket): Answer => ({ status: 200, body: ticket });

/**
 * The admission service: how it answers each method, what it was asked, where sockets count too, and what
 * was sent last.
 */
const service = { answers: {} as Record<string, Answer>, asked: [] as string[], sent: "" };

async function answer(_url: string, { method, body: sent }: { method: string; body?: string }) {
  service.asked.push(method);
  service.sent = sent ?? "";
  const { status, body } = service.answers[method] ?? refusal(500, "unexpected");
  return { ok: status === 200, status, headers: new Headers(), json: async () => body };
}

/** The last socket that the page opened. */
let socket: QuietSocket;

class QuietSocket {
  onclose: (close: { code: number; reason: string }) => void = () => {};

  constructor() {
    service.asked.push("socket");
    socket = this;
  }

  close(): void {}
}

const nothing = () => {};
const listening = { addEventListener: nothing, removeEventListener: nothing };
const page = {
  ...listening,
  window: globalThis,
  document: { ...listening, getElementById: () => ({}) },
  WebSocket: QuietSocket,
  fetch: answer,
};
for (const [name, value] of Object.entries(page)) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

/** Lets everything happen that waits for no time to pass. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

interface Shopper {
  inLine: InLine;
  ends: End[];
  /** Presses the button with which one leaves the line. */
  leave: () => Promise<boolean>;
}

function waitingShopper(): Shopper {
  const ends: End[] = [];
  const host = { show: nothing, update: nothing } as unknown as PanelHost;
  const inLine = new InLine(DROP, new Admission("http://line"), host, TICKET, (end) => ends.push(end));
  inLine.start(TICKET);
  const { leave } = inLine as unknown as { leave: () => Promise<boolean> };
  return { inLine, ends, leave: leave.bind(inLine) };
}

/** The stream comes to its end because the ticket is too old. */
async function expire(): Promise<void> {
  socket.onclose({ code: 4501, reason: "ticket_expired" });
  await settled();
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  service.asked = [];
  service.answers = { GET: refusal(401, "ticket_expired"), POST: ticketIs(TICKET) };
});
afterEach(() => mock.timers.reset());

test("a ticket that is too old is changed for another at the same place, and the stream goes on", async () => {
  const { inLine, ends } = waitingShopper();
  await expire();
  assert.deepEqual(service.asked, ["socket", "GET", "POST", "socket"]);
  assert.deepEqual(JSON.parse(service.sent), { variant_id: "w", units: 1 });
  assert.deepEqual(ends, []);
  await expire();
  assert.deepEqual(service.asked.slice(4), ["GET", "POST", "socket"]);
  inLine.stop();
});

test("whoever missed their turn is told so until the line goes on from the old place", () => {
  const { inLine } = waitingShopper();
  const { take } = inLine as unknown as { take: (frame: Frame) => void };
  const away = () => (inLine as unknown as { away: boolean }).away;
  const waiting = (position: number): Frame => ({
    type: "waiting",
    epoch: 1,
    evn: 100 - position,
    position,
    waiting: 90,
  });
  take.call(inLine, { type: "missed" });
  take.call(inLine, waiting(12));
  assert.equal(away(), true);
  take.call(inLine, waiting(12));
  assert.equal(away(), true);
  take.call(inLine, waiting(11));
  assert.equal(away(), false);
  inLine.stop();
});

test("whoever can't join again for now tries until it works", async () => {
  const { inLine, ends } = waitingShopper();
  service.answers.POST = refusal(503, "room_rebuilding");
  await expire();
  service.answers.POST = ticketIs(TICKET);
  mock.timers.tick(4_000);
  await settled();
  assert.deepEqual(service.asked, ["socket", "GET", "POST", "POST", "socket"]);
  assert.deepEqual(ends, []);
  inLine.stop();
});

test("a page that was left does not join again", async () => {
  const { inLine } = waitingShopper();
  service.answers.POST = refusal(503, "room_rebuilding");
  await expire();
  inLine.stop();
  mock.timers.tick(60_000);
  await settled();
  assert.deepEqual(service.asked, ["socket", "GET", "POST"]);
});

test("a place that is gone is not called kept: its page gets the new ticket, or none", async () => {
  const other = { ...TICKET, ticket_id: "other", position: 99 };
  for (const [answers, end] of [
    [{ POST: ticketIs(other) }, { kind: "new_ticket", ticket: other }],
    [{ POST: refusal(401, "session_required") }, { kind: "lost" }],
    [{ GET: refusal(401, "ticket_invalid") }, { kind: "lost" }],
  ] as const) {
    Object.assign(service.answers, answers);
    const { inLine, ends } = waitingShopper();
    await expire();
    assert.deepEqual(ends, [end]);
    inLine.stop();
  }
});

test("whose ticket is too old to leave with has not left, and leaves with the next", async () => {
  const { inLine, ends, leave } = waitingShopper();
  service.answers.DELETE = refusal(401, "ticket_expired");
  assert.equal(await leave(), false);
  await settled();
  assert.deepEqual(ends, []);
  assert.deepEqual(service.asked, ["socket", "DELETE", "POST", "socket"]);
  service.answers.DELETE = ticketIs({ ...TICKET, state: "left" });
  assert.equal(await leave(), true);
  assert.deepEqual(ends, [{ kind: "left" }]);
  inLine.stop();
});

test("a key whose file does not come through is waited for, and the place is not called lost", async () => {
  Object.defineProperty(globalThis, "indexedDB", { value: {}, configurable: true });
  const missing = mock.method(keyFile, "attempt", () => Promise.reject(new Error("away")));
  const { inLine, ends, leave } = waitingShopper();
  // Sockets, events and polls in turn: all of them need the key.
  for (let n = 1; n <= 10; n += 1) {
    await settled();
    mock.timers.tick(31_000);
  }
  await settled();
  assert.equal(await leave(), false);
  assert.deepEqual([service.asked, ends], [[], []]);
  assert.ok(missing.mock.callCount() > 8, String(missing.mock.callCount()));

  const prove = async () => "proof";
  missing.mock.mockImplementation(async () => ({ openKey: async () => ({ thumbprint: "key", prove }) }));
  service.answers.GET = ticketIs(TICKET);
  mock.timers.tick(31_000);
  await settled();
  assert.deepEqual([service.asked, ends], [["GET"], []]);
  inLine.stop();
  missing.mock.restore();
  Reflect.deleteProperty(globalThis, "indexedDB");
});
