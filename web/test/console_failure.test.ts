import assert from "node:assert/strict";
import { test } from "node:test";
import { choiceOf, isSame, policiesFor } from "../src/console/parts/failure/choice.ts";

test("so many people a minute go with an open gate alone, and are sent as a whole number or not at all", () => {
  assert.deepEqual(choiceOf("open", "1 200"), { policy: "open", per_minute: 1_200 });
  for (const typed of ["", "0", "1.5", "60001", "many"]) assert.equal(choiceOf("open", typed), null, typed);
  assert.deepEqual(choiceOf("hold", "many"), { policy: "hold", per_minute: null });
});

test("what is as it was is no change", () => {
  const one = { policy: "open", per_minute: 60 } as const;
  assert.ok(isSame(one, { ...one }));
  assert.ok(!isSame(one, { ...one, per_minute: 61 }));
  assert.ok(!isSame(one, { policy: "closed", per_minute: null }));
});

test("where not everybody may join, nobody is offered to open the gate", () => {
  assert.deepEqual(policiesFor(false), ["closed", "hold"]);
  assert.ok(policiesFor(true).includes("open"));
});
