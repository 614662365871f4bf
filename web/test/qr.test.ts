import assert from "node:assert/strict";
import { test } from "node:test";
import { qrOf } from "../src/shop/qr/code.ts";

const LINK = "https://shop.example/handoff#42071830";
/** What readers look for in three corners. */
const CORNER = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"];

test("the code of a link is small, and has the three corners that readers look for", () => {
  const code = qrOf(LINK);
  assert.equal(code.size, 29);
  const corner = (left: number, top: number) =>
    CORNER.map((row, y) => [...row].map((_, x) => (code.get(left + x, top + y) ? "#" : ".")).join(""));
  assert.deepEqual(corner(0, 0), CORNER);
  assert.deepEqual(corner(22, 0), CORNER);
  assert.deepEqual(corner(0, 22), CORNER);
  assert.notDeepEqual(corner(22, 22), CORNER);
});

test("another digit is another code", () => {
  const squares = (text: string) => {
    const code = qrOf(text);
    const at = (n: number) => code.get(n % code.size, Math.floor(n / code.size));
    return Array.from({ length: code.size ** 2 }, (_, n) => (at(n) ? "#" : ".")).join("");
  };
  assert.equal(squares(LINK), squares(LINK));
  assert.notEqual(squares(LINK), squares(LINK.replace("42071830", "42071831")));
});
