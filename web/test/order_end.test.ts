import assert from "node:assert/strict";
import { test } from "node:test";
import "./all_texts.ts";
import { format } from "../src/shop/texts/order.ts";
import { endKeys } from "../src/shop/view/order_end.ts";

const said = (order: Parameters<typeof endKeys>[0]) => endKeys(order).map((key) => format("en", key, {}));

test("an order that was confirmed stays valid when its drop is cancelled, and says so", () => {
  const [title, , stays] = said({ state: "confirmed", drop_state: "cancelled" });
  assert.equal(title, "It's yours");
  assert.match(stays ?? "", /cancelled the drop.*stays valid/);
  assert.equal(said({ state: "confirmed", drop_state: "open" }).length, 2);
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
