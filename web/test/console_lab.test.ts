import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadJudgement, LoadRun } from "../src/console/api/load_types.ts";
import {
  countsOf,
  inOrder,
  isUnderWay,
  orderOf,
  sizeOf,
  stagesOf,
} from "../src/console/operator/lab/progress.ts";

const run = (part: Partial<LoadRun>) =>
  ({
    state: "running",
    shoppers: 200,
    drop_ids: ["a", "b"],
    joined: 400,
    admitted: 100,
    paid: 40,
    done: 500,
    ...part,
  }) as LoadRun;

test("how far a crowd is counts the people of all drops of its run", () => {
  const stages = stagesOf(run({})).map(({ stage, people, share }) => [stage, people, share]);
  assert.deepEqual(stages, [
    ["joined", 400, 1],
    ["admitted", 400, 0.25],
    ["paid", 400, 0.1],
    ["done", 400, 1],
  ]);
  assert.deepEqual(stagesOf(run({ drop_ids: [] })), []);
  assert.deepEqual(
    (["waiting", "running", "passed", "broken"] as const).map((state) => isUnderWay(run({ state }))),
    [true, true, false, false],
  );
});

test("rules that did not hold are shown first", () => {
  const found = (rule: string, verdict: LoadJudgement["verdict"]): LoadJudgement => ({
    drop_id: "a",
    rule,
    meaning: null,
    verdict,
    detail: "",
  });
  const all = [found("A", "not_applicable"), found("B", "pass"), found("C", "fail"), found("D", "pass")];
  assert.deepEqual(
    inOrder(all).map(({ rule }) => rule),
    ["C", "B", "D", "A"],
  );
  assert.deepEqual(countsOf(all), { pass: 2, fail: 1, not_applicable: 1 });
});

test("a crowd is asked for once its sizes are numbers and there is a reason", () => {
  const typed = { shoppers: "1000", units: " 200 ", why: " before the launch " };
  assert.deepEqual(orderOf("spike", typed), {
    preset: "spike",
    shoppers: 1_000,
    units: 200,
    why: "before the launch",
  });
  assert.equal(orderOf("spike", { ...typed, why: " " }), null);
  assert.equal(orderOf("spike", { ...typed, units: "0" }), null);
  assert.deepEqual(["1", "20000", "20001", "1.5", "-3", "", "many"].map(sizeOf), [
    1,
    20_000,
    null,
    null,
    null,
    null,
    null,
  ]);
});
