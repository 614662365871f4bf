import assert from "node:assert/strict";
import { test } from "node:test";
import "./all_texts.ts";
import type { Drop, Order } from "../src/shop/api/types.ts";
import { format } from "../src/shop/texts/order.ts";
import { isFinal, isLetIn, pauseMs } from "../src/shop/view/order_state.ts";
import { sayOfOrder } from "../src/shop/view/order_words.ts";
import { passHint } from "../src/shop/view/pass.ts";
import { isVisit, priceOf, sayOf } from "../src/shop/view/visits.ts";

const VARIANT = { id: "v", name: "Visit", price_minor: 0, currency: "XXX" };
const SITE = {
  title: "Tidewater",
  fulfilment: "pass",
  site_name: "shop.example",
  variants: [VARIANT],
} as Drop;
const SALE = { title: "Tea cup", variants: [{ ...VARIANT, price_minor: 100, currency: "EUR" }] } as Drop;
const VISIT = { state: "expired", drop_title: "Tidewater", currency: "XXX" } as Order;
const ORDER = { ...VISIT, drop_title: "Tea cup", currency: "EUR" };

test("a visit is told from a sale, and has the name of its site instead of a price", () => {
  assert.ok(isVisit(VISIT) && !isVisit(ORDER));
  assert.equal(priceOf(SITE), "shop.example");
  assert.equal(priceOf({ ...SITE, site_name: null }), "Tidewater");
  assert.equal(priceOf(SALE), "€1.00");
});

test("of a visit nothing is said that is true of sales only", () => {
  assert.equal(sayOf(SITE)("drop.open.title"), "Enter shop.example");
  assert.match(sayOf(SITE)("drop.open.hint", { minutes: "20 minutes" }), /stay for 20 minutes/);
  assert.equal(sayOf(SALE)("drop.open.title"), "The line is open");
  assert.equal(sayOf(SITE)("line.title"), "You're in line");
  for (const state of ["passed", "redeemed", "visited", "revoked", "expired", "cancelled"] as const) {
    const said = sayOfOrder(VISIT)(`order.state.${state}`) + sayOfOrder(VISIT)(`order.hint.${state}`);
    assert.doesNotMatch(said, /pay|charged|item|sold|order/i, state);
  }
  assert.match(sayOfOrder(ORDER)("order.hint.expired"), /not charged/);
});

test("a pass is not over while its shopper may be on the site", () => {
  for (const state of ["passed", "redeemed"] as const) {
    assert.ok(isLetIn(state) && !isFinal(state), state);
    assert.equal(pauseMs({ state }, 0, false), 5_000);
  }
  for (const state of ["visited", "revoked", "expired"] as const) assert.ok(isFinal(state), state);
});

test("a page says that it goes by itself only where it does", () => {
  const said = (state: Order["state"], goesByItself: boolean) =>
    format("en", passHint(state, goesByItself), {});
  assert.match(said("passed", true), /in a moment/);
  assert.match(said("passed", false), /Use the button/);
  assert.match(said("redeemed", false), /has been used/);
});
