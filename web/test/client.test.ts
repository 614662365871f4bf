import assert from "node:assert/strict";
import { test } from "node:test";
import { Admission } from "../src/shop/api/admission.ts";
import type { Frame, Ticket } from "../src/shop/api/types.ts";
import { StreamClient } from "../src/shop/stream/client.ts";
import { type Shown, seenOf, shownAfter } from "../src/shop/stream/position.ts";

const TICKET: Ticket = { ticket_id: "t", state: "waiting", epoch: 1, evn: 8, position: 40, waiting: 90 };
const REFUSED = { code: 4503, reason: "" };

/** The admission service, which refuses every stream: what it answers, and what it was asked. */
const service = { ticket: TICKET, asked: [] as string[] };

class RefusedSocket {
  onclose: (close: typeof REFUSED) => void = () => {};

  constructor() {
    queueMicrotask(() => this.onclose(REFUSED));
  }

  close(): void {}
}

async function answer(url: string) {
  service.asked.push(url);
  return { ok: true, json: async () => service.ticket };
}

const nothing = () => {};
const listening = { addEventListener: nothing, removeEventListener: nothing };
const page = {
  ...listening,
  window: globalThis,
  document: listening,
  WebSocket: RefusedSocket,
  fetch: answer,
};
for (const [name, value] of Object.entries(page)) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

/** Lets everything happen that waits for no time to pass. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a poll is asked with what was shown last, and a rise is shown with the reason that it gives", async () => {
  let shown: Shown | null = null;
  const frame = (next: Frame) => {
    if (next.type === "waiting") shown = shownAfter(shown, next);
  };
  const seen = () => (shown === null ? null : seenOf(shown));
  const poll = async (ticket: Ticket): Promise<Shown | null> => {
    service.ticket = ticket;
    const client = new StreamClient(new Admission("http://line"), "d", {
      frame,
      connection: nothing,
      lost: nothing,
      seen,
    });
    client.start();
    await settled();
    client.stop();
    return shown;
  };

  assert.equal((await poll(TICKET))?.position, 40);
  const risen = await poll({ ...TICKET, evn: 9, position: 41, rise: "returned" });

  assert.deepEqual([risen?.position, risen?.rise], [41, "returned"]);
  await poll({ ...TICKET, evn: 10, eta_p50_s: 240, eta_p90_s: 290 });
  assert.equal((await poll({ ...TICKET, evn: 11 }))?.eta, null);
  const slowed = await poll({ ...TICKET, evn: 12, eta_p50_s: 400, eta_p90_s: 450, eta_reason: "paused" });
  assert.deepEqual(slowed?.eta, { p50S: 400, p90S: 450 });
  assert.deepEqual(slowed?.slowed, { reason: "paused", fromS: 240 });
  assert.deepEqual(service.asked, [
    "http://line/v1/drops/d/ticket",
    "http://line/v1/drops/d/ticket?seen=1.8.40",
    "http://line/v1/drops/d/ticket?seen=1.9.41",
    "http://line/v1/drops/d/ticket?seen=1.10.40&eta=240",
    "http://line/v1/drops/d/ticket?seen=1.11.40&eta=240",
  ]);
});
