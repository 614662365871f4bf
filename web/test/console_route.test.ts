import assert from "node:assert/strict";
import { test } from "node:test";
import { hrefOf, linkTokenOf, routeOf } from "../src/console/state/route.ts";

test("a place is read from its address and leads back to it", () => {
  const href = hrefOf(["rooms", "a/b c", "limits"], { window: "1h", q: "ä&b", state: "", x: null });
  assert.equal(href, "#/rooms/a%2Fb%20c/limits?window=1h&q=%C3%A4%26b");
  const route = routeOf(href);
  assert.deepEqual(route?.path, ["rooms", "a/b c", "limits"]);
  assert.deepEqual(Object.fromEntries(route?.query ?? []), { window: "1h", q: "ä&b" });
  for (const start of ["", "#", "#/"]) assert.deepEqual(routeOf(start)?.path, [], start);
});

test("an address that was cut short is a place all the same", () => {
  assert.deepEqual(routeOf("#/rooms/%E0%A4%A")?.path, ["rooms", "%E0%A4%A"]);
});

test("the token of a link is no place, and a place is no token", () => {
  const token = `ct_${"0a".repeat(32)}`;
  assert.equal(linkTokenOf(`#token=${token}`), token);
  assert.equal(routeOf(`#token=${token}`), null);
  for (const place of ["", "#", "#/", "#/rooms?token=x"]) assert.equal(linkTokenOf(place), null, place);
});
