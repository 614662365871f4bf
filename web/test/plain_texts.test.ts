import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "../src/shop/texts/en.ts";
import { enHandoff } from "../src/shop/texts/en_handoff.ts";
import { enList } from "../src/shop/texts/en_list.ts";
import { enOrder } from "../src/shop/texts/en_order.ts";
import { enPlain } from "../src/shop/texts/en_plain.ts";
import { koPlain } from "../src/shop/texts/ko_plain.ts";

const scripted = { ...en, ...enList, ...enHandoff, ...enOrder };
const placeholders = (text: unknown) => [...(String(text).match(/\{\w+\}/g) ?? [])].sort();

test("pages that no script touches say in Korean all that they say in English", () => {
  assert.deepEqual(Object.keys(koPlain).sort(), Object.keys(enPlain).sort());
  for (const [key, text] of Object.entries(enPlain)) {
    const korean = koPlain[key as keyof typeof enPlain];
    assert.deepEqual(placeholders(korean), placeholders(text), key);
    assert.match(String(korean), /\p{Script=Hangul}/u, key);
    assert.ok(!(key in scripted), `${key} is said twice`);
  }
});
