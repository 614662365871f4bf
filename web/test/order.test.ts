import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import "./all_texts.ts";
import type { PanelHost } from "../src/common/panel.ts";
import type { Order } from "../src/shop/api/types.ts";
import { OrderView } from "../src/shop/view/order.ts";
import { pauseMs } from "../src/shop/view/order_state.ts";

const RESERVED: Order = {
  id: "o",
  ticket_id: "o",
  drop_id: "d",
  drop_title: "Tea cup",
  state: "reserved",
  units: 1,
  amount_minor: 48_000,
  currency: "KRW",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  server_time: "2026-01-01T00:00:00Z",
};

/** The storefront: the order as it is there, and how often it was read. */
const shop = { order: RESERVED, reads: 0, paid: [] as string[], isAway: false };

/** Lets everything happen that waits for no time to pass. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms);
  await settled();
}

async function answer(
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body?: string },
) {
  if (url.endsWith("/units")) return choose(JSON.parse(body ?? "").units);
  if (method === "POST") shop.paid.push(headers["idempotency-key"] ?? "");
  if (shop.isAway) throw new Error("away");
  if (method === "GET") shop.reads += 1;
  return { ok: true, json: async () => (method === "GET" ? shop.order : { order_id: "o" }) };
}

async function choose(units: number) {
  if (shop.isAway) throw new Error("away");
  const back = units < shop.order.units ? { units, reason: "units_chosen" } : {};
  shop.order = { ...shop.order, ...back };
  return { ok: true, json: async () => shop.order };
}

const nothing = () => {};
/** The kind of the panel shown. */
let panel = "";
const show = (kind: string) => {
  panel = kind;
};
const host = { show, update: nothing } as unknown as PanelHost;
let comeOnline = nothing;
const page = {
  window: globalThis,
  document: { getElementById: () => ({ setAttribute: nothing }) },
  navigator: {},
  fetch: answer,
  addEventListener: (_name: string, listener: () => void) => {
    comeOnline = listener;
  },
  removeEventListener: nothing,
};
for (const [name, value] of Object.entries(page)) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

async function shownOrder({ live }: { live: boolean }): Promise<OrderView> {
  const view = new OrderView("o", host, () => [], nothing, live);
  await view.refresh();
  return view;
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(shop, { order: RESERVED, reads: 0, paid: [], isAway: false });
});
afterEach(() => mock.timers.reset());

test("an order is polled soon while the bank works, later while the shopper thinks", () => {
  assert.equal(pauseMs(null, 0, false), 1_000);
  assert.equal(pauseMs({ state: "authorizing" }, 0, false), 1_000);
  assert.equal(pauseMs({ state: "capturing" }, 99, false), 4_000);
  assert.equal(pauseMs({ state: "reserved" }, 0, false), 5_000);
});

test("an order of which a stream tells is seldom polled, whatever its state", () => {
  for (const state of ["reserved", "authorizing"] as const) {
    assert.equal(pauseMs({ state }, 0, true), 20_000);
  }
});

test("an order is read when the stream tells of it, and not in between", async () => {
  const view = await shownOrder({ live: true });
  await view.pay(RESERVED, "pm_card_approve", "a");
  await pass(19_000);
  assert.equal(shop.reads, 1);
  shop.order = { ...RESERVED, state: "confirmed" };
  view.hint("confirmed");
  await settled();
  assert.deepEqual([view.order?.state, shop.reads], ["confirmed", 2]);
  await pass(60_000);
  assert.equal(shop.reads, 2);
});

test("what the stream failed to tell is read after a while", async () => {
  await shownOrder({ live: true });
  await pass(20_000);
  assert.equal(shop.reads, 2);
});

test("an order is polled while no stream tells of it, and read as soon as one does again", async () => {
  const view = await shownOrder({ live: true });
  view.streaming(false);
  await pass(5_000);
  assert.equal(shop.reads, 2);
  view.streaming(true);
  await settled();
  assert.equal(shop.reads, 3);
  view.streaming(true);
  await pass(5_000);
  assert.equal(shop.reads, 3);
});

test("an order that a last frame found not yet at its end is polled", async () => {
  const view = await shownOrder({ live: true });
  shop.order = { ...RESERVED, state: "capturing" };
  view.hint("confirmed");
  view.streaming(false);
  await settled();
  await pass(2_000);
  assert.equal(shop.reads, 3);
});

test("an order that could not be read is soon read again", async () => {
  const view = await shownOrder({ live: true });
  shop.isAway = true;
  view.hint("expired");
  await settled();
  Object.assign(shop, { order: { ...RESERVED, state: "expired" }, isAway: false });
  await pass(5_000);
  assert.equal(view.order?.state, "expired");
});

test("a pass is followed until it is over, and no longer", async () => {
  shop.order = { ...RESERVED, state: "passed", currency: "XXX" };
  const view = await shownOrder({ live: true });
  await pass(20_000);
  assert.equal(shop.reads, 2);
  shop.order = { ...shop.order, state: "revoked" };
  view.hint("revoked");
  await settled();
  await pass(60_000);
  assert.deepEqual([view.order?.state, shop.reads], ["revoked", 3]);
});

test("a card that is declined before the payment has its answer may be followed by another", async () => {
  const view = await shownOrder({ live: true });
  const paying = view.pay(RESERVED, "pm_card_decline", "a");
  shop.order = { ...RESERVED, reason: "declined" };
  view.hint("reserved");
  assert.equal(await paying, "done");
  await settled();
  assert.deepEqual([view.order?.state, view.order?.reason], ["reserved", "declined"]);
});

test("a payment that is lost on the way is sent again under its key, every two seconds and once online", async () => {
  const view = await shownOrder({ live: true });
  shop.isAway = true;
  const paying = view.pay(RESERVED, "pm_card_approve", "key");
  await settled();
  await pass(2_000);
  assert.deepEqual(shop.paid, ["key", "key"]);
  shop.isAway = false;
  comeOnline();
  assert.equal(await paying, "done");
  assert.deepEqual([shop.paid, view.order?.state], [["key", "key", "key"], "authorizing"]);
});

test("a payment is not sent again once the order does not wait for it any more", async () => {
  for (const order of [
    { ...RESERVED, state: "expired" } as const,
    { ...RESERVED, reason: "declined", updated_at: "2026-01-01T00:00:01Z" },
  ]) {
    Object.assign(shop, { order: RESERVED, paid: [], isAway: false });
    const view = await shownOrder({ live: true });
    shop.isAway = true;
    const paying = view.pay(RESERVED, "pm_card_approve", "key");
    await settled();
    Object.assign(shop, { order, isAway: false });
    await view.refresh();
    await pass(2_000);
    assert.equal(await paying, "refused");
    assert.deepEqual(shop.paid, ["key"]);
  }
});

test("the quantity is asked for until it is chosen, and then the payment, however many were taken", async () => {
  for (const [units, shown] of [
    [1, "order:reserved:units_chosen:1"],
    [3, "order:reserved::3"],
  ] as const) {
    shop.order = { ...RESERVED, units: 3, may_choose_units: true };
    const view = await shownOrder({ live: true });
    assert.equal(panel, "order:reserved:units");
    shop.isAway = true;
    assert.equal(await view.choose(units), "lost");
    shop.isAway = false;
    assert.equal(panel, "order:reserved:units");
    assert.equal(await view.choose(units), "done");
    assert.deepEqual([panel, view.order?.units], [shown, units]);
  }
});
