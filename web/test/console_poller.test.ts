import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Refusal } from "../src/console/api/call.ts";
import { Poller } from "../src/console/state/poller.ts";

const EVERY_MS = 1_000;

/** A poller of something that can fail, on a page that can be hidden. */
function polling(context: { after: (done: () => void) => void }) {
  mock.timers.enable({ apis: ["setTimeout"] });
  const seen = { reads: 0, answers: 0, refusals: 0, fails: false, isShown: true };
  const poller = new Poller<number>(
    {
      read: async () => {
        seen.reads += 1;
        if (seen.fails) throw new Refusal(503, "overloaded", 5_000);
        return seen.reads;
      },
      onAnswer: () => {
        seen.answers += 1;
      },
      onRefusal: () => {
        seen.refusals += 1;
      },
    },
    EVERY_MS,
    () => seen.isShown,
  );
  context.after(() => {
    poller.stop();
    mock.timers.reset();
  });
  const pass = async (ms: number) => {
    mock.timers.tick(ms);
    // What was read is handed on in a few turns.
    for (let n = 0; n < 10; n += 1) await Promise.resolve();
  };
  return { seen, poller, pass };
}

test("a poller reads at its pace, and not twice at a time", async (context) => {
  const { seen, poller, pass } = polling(context);
  await Promise.all([poller.now(), poller.now()]);
  assert.equal(seen.reads, 1);
  await pass(EVERY_MS - 1);
  assert.equal(seen.reads, 1);
  await pass(1);
  assert.deepEqual([seen.reads, seen.answers], [2, 2]);
});

test("a refused poll of a console waits at least as long as the server says", async (context) => {
  const { seen, poller, pass } = polling(context);
  seen.fails = true;
  await poller.now();
  assert.equal(seen.refusals, 1);
  await pass(4_999);
  assert.equal(seen.reads, 1);
  seen.fails = false;
  await pass(60_000);
  assert.equal(seen.answers, 1);
});

test("nothing is read while nobody looks, and at once when somebody does again", async (context) => {
  const { seen, poller, pass } = polling(context);
  await poller.now();
  seen.isShown = false;
  for (let n = 0; n < 5; n += 1) await pass(EVERY_MS);
  assert.equal(seen.reads, 1);
  await poller.now();
  assert.equal(seen.reads, 2);
});

test("a poller that was stopped tells nothing any more", async (context) => {
  const { seen, poller, pass } = polling(context);
  const reading = poller.now();
  poller.stop();
  await reading;
  await pass(10 * EVERY_MS);
  assert.deepEqual([seen.reads, seen.answers], [1, 0]);
});
