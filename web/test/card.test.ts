import assert from "node:assert/strict";
import { test } from "node:test";
import type { Drop } from "../src/shop/api/types.ts";
import { namesOf } from "../src/shop/view/card.ts";

const VARIANT = { id: "c", name: "Celadon", price_minor: 500, currency: "EUR" };
const OTHER = { ...VARIANT, id: "m", name: "Moon white" };

test("a card names all that a drop sells, and nothing of a site", () => {
  const namesIn = (drop: Partial<Drop>) => namesOf({ variants: [VARIANT, OTHER], ...drop });
  assert.equal(namesIn({}), "Celadon · Moon white");
  assert.equal(namesIn({ fulfilment: "checkout", variants: [VARIANT] }), "Celadon");
  assert.equal(namesIn({ fulfilment: "pass" }), null);
});
