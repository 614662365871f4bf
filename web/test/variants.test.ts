import assert from "node:assert/strict";
import { test } from "node:test";
import "./all_texts.ts";
import type { Drop, Variant } from "../src/shop/api/types.ts";
import { isGone, leftText, pricesOf, waitedForText } from "../src/shop/view/variants.ts";

const SMALL: Variant = { id: "s", name: "Small", price_minor: 500, currency: "EUR" };
const LARGE: Variant = { ...SMALL, id: "l", name: "Large", price_minor: 900 };
const DROP = { fulfilment: "auto", max_units_per_ticket: 3, variants: [SMALL, LARGE] } as Drop;

const withUnits = (units_left: number, units_held: number) => ({ ...SMALL, units_left, units_held });

test("the price is that of the cheapest to that of the dearest", () => {
  assert.equal(pricesOf([SMALL]), "€5.00");
  assert.equal(pricesOf([SMALL, { ...LARGE, price_minor: 500 }]), "€5.00");
  assert.equal(pricesOf([LARGE, SMALL]), "€5.00–€9.00");
});

test("what is left of a variant is told, and what is being paid for", () => {
  assert.equal(leftText(withUnits(3, 0)), "3 items left");
  assert.equal(leftText(withUnits(1, 9)), "1 item left");
  assert.equal(leftText(withUnits(0, 2)), "All being paid for");
  assert.equal(leftText(withUnits(0, 0)), "Nothing is left.");
});

test("a variant is gone once nothing of it is left and nothing can come back", () => {
  assert.ok(!isGone(withUnits(1, 0)) && !isGone(withUnits(0, 1)));
  assert.ok(isGone(withUnits(0, 0)) && isGone(SMALL));
});

test("whoever waits is told for which variant, where there are several", () => {
  assert.equal(waitedForText(DROP, "l"), "You're waiting for: Large");
  assert.equal(waitedForText(DROP, null), null);
  assert.equal(waitedForText({ ...DROP, variants: [LARGE] }, "l"), null);
});
