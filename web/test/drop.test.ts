import assert from "node:assert/strict";
import { test } from "node:test";
import type { Drop, DropState } from "../src/shop/api/types.ts";
import { isOver } from "../src/shop/view/drop.ts";

const NOW_MS = Date.parse("2026-05-01T09:00:00Z");

const dropOf = (state: DropState, closes_at: string | null = null) =>
  ({ state, opens_at: "2026-05-01T08:00:00Z", closes_at }) as Drop;

test("a drop is over by its own state, and by the clock once it closes", () => {
  for (const state of ["sold_out", "closed", "cancelled"] as const) {
    assert.ok(isOver(dropOf(state), null, NOW_MS), state);
  }
  for (const state of ["draft", "scheduled", "open"] as const) {
    assert.ok(!isOver(dropOf(state), null, NOW_MS), state);
  }
  assert.ok(isOver(dropOf("open", "2026-05-01T09:00:00Z"), null, NOW_MS));
});

test("a drop is over as soon as its line says so, but not where others may still join", () => {
  for (const reason of ["closed", "cancelled"]) assert.ok(isOver(dropOf("open"), reason, NOW_MS), reason);
  for (const reason of ["sold_out", "not_enough", "replaced"]) {
    assert.ok(!isOver(dropOf("open"), reason, NOW_MS), reason);
  }
});
