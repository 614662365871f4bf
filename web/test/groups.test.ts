import assert from "node:assert/strict";
import { test } from "node:test";
import type { Drop, DropState } from "../src/shop/api/types.ts";
import { groupsOf } from "../src/shop/view/groups.ts";

const NOW_MS = Date.parse("2026-05-01T09:00:00Z");

const dropOf = (id: string, state: DropState, opens_at = "2026-05-01T08:00:00Z") =>
  ({ id, state, opens_at }) as Drop;

const DROPS = [
  dropOf("over", "sold_out"),
  dropOf("tomorrow", "scheduled", "2026-05-02T09:00:00Z"),
  dropOf("open", "open"),
  dropOf("cancelled", "cancelled"),
  dropOf("just opened", "scheduled", "2026-05-01T09:00:00Z"),
];

const idsOf = (isMine: (drop: Drop) => boolean) =>
  groupsOf(DROPS, isMine, NOW_MS).map(([group, drops]) => [group, drops.map(({ id }) => id)]);

test("drops are parted into what is open, to come and over, by the clock and in their order", () => {
  const found = idsOf(() => false);
  assert.deepEqual(found, [
    ["open", ["open", "just opened"]],
    ["soon", ["tomorrow"]],
    ["past", ["over", "cancelled"]],
  ]);
});

test("one's own places come first, and a group without drops is not there", () => {
  const [first, second] = idsOf(({ id }) => id === "open" || id === "just opened");
  assert.deepEqual(first, ["mine", ["open", "just opened"]]);
  assert.deepEqual(second, ["soon", ["tomorrow"]]);
  assert.deepEqual(
    groupsOf([], () => true, NOW_MS),
    [],
  );
});
