import assert from "node:assert/strict";
import { test } from "node:test";
import "./all_texts.ts";
import { format } from "../src/shop/texts/order.ts";
import { asksForUnits, isSoonOver, lastUnitsText, turnKeys } from "../src/shop/view/pay.ts";

test("a declined card is called so, and another may be tried", () => {
  const [title, hint] = turnKeys({ reason: "declined" }, false);
  assert.equal(format("en", title, {}), "Your card was declined");
  assert.match(format("en", hint, {}), /not charged.*try another card/);
  assert.equal(format("ko", title, {}), "카드가 거절되었어요");
  assert.match(format("ko", hint, {}), /다른 카드로 결제해 주세요/);
});

test("any other turn is simply the turn to pay", () => {
  for (const reason of [null, undefined, "something new"]) {
    assert.deepEqual(turnKeys({ reason }, false), ["order.state.reserved", "order.hint.reserved"]);
  }
});

test("where the quantity may be chosen it is asked for first, once", () => {
  const unasked = { isTaken: false };
  assert.ok(asksForUnits({ may_choose_units: true }, unasked));
  assert.ok(!asksForUnits({ may_choose_units: true }, { isTaken: true }));
  for (const reason of ["units_chosen", "declined"]) {
    assert.ok(!asksForUnits({ may_choose_units: true, reason }, unasked), reason);
  }
  assert.ok(!asksForUnits({ may_choose_units: false }, unasked) && !asksForUnits({}, unasked));
  const [, hint] = turnKeys({}, true);
  assert.match(format("en", hint, {}), /how many you take/);
});

test("whoever gets the last units hears that there are no more", () => {
  const three = lastUnitsText({ units: 3, are_last_units: true });
  assert.equal(three, "Only 3 are left: you may take up to 3.");
  assert.equal(lastUnitsText({ units: 1, are_last_units: true }), "Only 1 is left, and it's held for you.");
  assert.equal(format("ko", "units.last", { count: 2 }), "2개만 남았어요. 2개까지 구매할 수 있어요.");
  assert.equal(lastUnitsText({ units: 3, are_last_units: false }), null);
  assert.equal(lastUnitsText({ units: 3 }), null);
});

test("whoever has less than a minute left to pay is warned, and nobody whose time is over or not limited", () => {
  assert.deepEqual([58_999, 1].map(isSoonOver), [true, true]);
  assert.deepEqual([59_000, 0, -1, Number.POSITIVE_INFINITY].map(isSoonOver), [false, false, false, false]);
});
