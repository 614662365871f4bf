import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf } from "../src/shop/view/handoff.ts";

test("the address that is typed on another device has no code in it", () => {
  assert.equal(addressOf("https://shop.example/handoff#42071830"), "shop.example/handoff");
  assert.equal(addressOf("http://127.0.0.1:8080/handoff#00000001"), "127.0.0.1:8080/handoff");
});
