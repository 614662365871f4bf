import assert from "node:assert/strict";
import { test } from "node:test";
import type { Drop } from "../src/console/api/types.ts";
import { fileNameOf, tableOfCodes } from "../src/console/seller/codes/file.ts";
import { lanesWithCodes } from "../src/console/seller/codes/lanes.ts";
import { soldOf } from "../src/console/seller/drop/sold.ts";
import { anotherLane, laneDrafts, normalShare } from "../src/console/seller/lanes/draft.ts";
import { isPublicKey } from "../src/console/seller/members/public_key.ts";
import { pictureFault } from "../src/console/seller/pictures/check.ts";

test("codes become a table of one column, in a file whose name any system takes", () => {
  assert.equal(tableOfCodes(["ABC", "DEF"]), "code\r\nABC\r\nDEF\r\n");
  assert.equal(fileNameOf("Newsletter, March"), "codes-Newsletter-March.csv");
  assert.equal(fileNameOf("../봄 행사"), "codes--봄-행사.csv");
});

const LANES = [
  { lane: 0, name: null, share_percent: 80 },
  { lane: 1, name: "Early access", share_percent: 20 },
];
const lanesOf = (part: Partial<Drop>) => lanesWithCodes(part as Drop).map(({ lane }) => lane);

test("codes are made for lanes, and for the normal one only where nobody joins without", () => {
  assert.deepEqual(lanesOf({ invite_only: false }), []);
  assert.deepEqual(lanesOf({ invite_only: true }), [0]);
  assert.deepEqual(lanesOf({ invite_only: false, lanes: LANES }), [1]);
  assert.deepEqual(lanesOf({ invite_only: true, lanes: LANES }), [0, 1]);
});

test("another lane has a number that is free, until there are three", () => {
  const lanes = laneDrafts(LANES);
  assert.deepEqual(lanes, [{ lane: 1, name: "Early access", share: "20" }]);
  assert.deepEqual([normalShare(lanes), normalShare([])], [80, 100]);
  const two = anotherLane(lanes);
  assert.equal(two?.lane, 2);
  const all = [1, 2, 3].map((lane) => ({ lane, name: "x", share: "0" }));
  assert.equal(anotherLane(all.slice(1))?.lane, 1);
  assert.equal(anotherLane(all), null);
});

test("units of a variant that are neither left nor held are sold", () => {
  const lamp = { id: "v", name: "Brass", price_minor: 1, currency: "EUR" };
  assert.equal(soldOf({ ...lamp, units_total: 500, units_left: 300, units_held: 90 }), 110);
  assert.equal(soldOf(lamp), 0);
});

test("a picture that would be refused is not sent", () => {
  const size = 8 * 1024 * 1024;
  assert.equal(pictureFault({ type: "image/webp", size }), null);
  assert.equal(pictureFault({ type: "image/jpeg", size: size + 1 }), "size");
  assert.equal(pictureFault({ type: "image/svg+xml", size: 1 }), "kind");
});

test("a public key is 32 bytes in base64url without padding", () => {
  assert.ok(isPublicKey("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"));
  for (const text of ["", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp", "a".repeat(44)]) {
    assert.ok(!isPublicKey(text), text);
  }
});
