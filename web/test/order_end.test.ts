import assert from "node:assert/strict";
import { test } from "node:test";
import "./all_texts.ts";
import { clockTime, dateTime } from "../src/common/format.ts";
import { shortId } from "../src/console/format.ts";
import { ORDER_STATES } from "../src/shop/api/types.ts";
import { format } from "../src/shop/texts/order.ts";
import { endKeys } from "../src/shop/view/order_end.ts";
import { hasNumber, shortNumber, stepTime, wasPlaced } from "../src/shop/view/order_facts.ts";

const said = (order: Parameters<typeof endKeys>[0]) => endKeys(order).map((key) => format("en", key, {}));

test("an order that was confirmed stays valid when its drop is cancelled, and says so", () => {
  const [title, , stays] = said({ state: "confirmed", drop_state: "cancelled" });
  assert.equal(title, "It's yours");
  assert.match(stays ?? "", /cancelled the drop.*stays valid/);
  assert.doesNotMatch(said({ state: "confirmed", drop_state: "open" }).join(" "), /cancelled|stays valid/);
});

test("nobody whose money was taken is told that it is theirs, or that they were not charged", () => {
  for (const state of ["confirmed", "payment_failed", "expired"] as const) {
    for (const [refund, expected] of [
      ["pending", /on its way back/],
      ["done", /has been given back/],
    ] as const) {
      const text = said({ state, drop_state: "cancelled", refund }).join(" ");
      assert.match(text, expected, text);
      assert.doesNotMatch(text, /yours|not charged|stays valid/);
    }
  }
});

test("whoever has bought something hears what happens next, and nobody else does", () => {
  assert.match(said({ state: "confirmed", drop_state: "open" }).join(" "), /The seller has your order now/);
  for (const state of ["expired", "rejected", "cancelled"] as const) {
    assert.doesNotMatch(said({ state, drop_state: "open" }).join(" "), /has your order/, state);
  }
});

test("orders of the same minute have different short numbers, and those are what their seller sees", () => {
  const ids = ["0199b1c2-3d4e-7000-8000-0123456789ab", "0199b1c2-3d4f-7000-8000-ba9876543210"];
  const numbers = ids.map(shortNumber);
  assert.deepEqual(numbers, ["456789ab", "76543210"]);
  assert.deepEqual(ids.map(shortId), numbers);
});

test("where there is no order, or no pass, there is no number of it either", () => {
  const without = (currency: string) => ORDER_STATES.filter((state) => !hasNumber({ state, currency }));
  assert.deepEqual(without("EUR"), ["rejected"]);
  assert.deepEqual(without("XXX"), ["rejected", "dead"]);
});

test("an order that ended without being bought has no time of ordering, and a visit that of being let in", () => {
  const without = (currency: string) => ORDER_STATES.filter((state) => !wasPlaced({ state, currency }));
  assert.deepEqual(without("EUR"), ["rejected", "dead", "expired", "payment_failed"]);
  assert.deepEqual(without("XXX"), ["rejected", "dead"]);
});

test("a step has its day unless that is today", () => {
  const nowMs = new Date(2027, 10, 8, 0, 5).getTime();
  const [today, yesterday] = [nowMs - 60_000, nowMs - 600_000];
  assert.equal(stepTime(today, nowMs), clockTime(today));
  assert.equal(stepTime(yesterday, nowMs), dateTime(yesterday));
});
