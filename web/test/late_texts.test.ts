import assert from "node:assert/strict";
import { test } from "node:test";
import { addTexts, format, loadTexts, messages } from "../src/shop/texts/index.ts";
import { format as formatOrder } from "../src/shop/texts/order.ts";

const nTexts = () => [messages.en, messages.ko].map((texts) => Object.keys(texts).length);

test("a page loads what it says in its own language, and in another once it is switched to", async () => {
  assert.deepEqual(nTexts(), [0, 0]);
  await addTexts("shop");
  const [nShop = 0] = nTexts();
  assert.ok(nShop > 100);
  assert.deepEqual(nTexts(), [nShop, 0]);
  await addTexts("order");
  const [nAll = 0] = nTexts();
  assert.ok(nAll > nShop);
  await loadTexts("ko");
  assert.deepEqual(nTexts(), [nAll, nAll]);
  assert.equal(format("en", "back", {}), "All drops");
  assert.match(formatOrder("ko", "order.number", {}), /주문/);
});
