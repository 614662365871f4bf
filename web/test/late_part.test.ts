import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { LatePart } from "../src/shop/late/part.ts";

/** The server: whether it has the page, and how often it was asked for it. */
const server = { hasPage: true, asked: 0 };
let reloads = 0;
let stored = new Map<string, string>();
let comeOnline = () => {};

const page = {
  location: {
    pathname: "/drops/d",
    reload: () => {
      reloads += 1;
    },
  },
  sessionStorage: {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  },
  fetch: async () => {
    server.asked += 1;
    if (!server.hasPage) throw new Error("away");
    return { ok: true };
  },
  addEventListener: (_name: string, listener: () => void) => {
    comeOnline = listener;
  },
  removeEventListener: () => {},
};
for (const [name, value] of Object.entries(page)) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

/** Lets everything happen that waits for no time to pass. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Longer than any pause between two attempts. */
async function passPause(): Promise<void> {
  mock.timers.tick(31_000);
  await settled();
}

/** A part whose first attempts fail. */
function partAfter(failures: number): { part: LatePart<string>; asks: number } {
  const counted = { asks: 0 };
  const part = new LatePart(async () => {
    counted.asks += 1;
    if (counted.asks <= failures) throw new Error("away");
    return "there";
  });
  return Object.assign(counted, { part });
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(Math, "random", () => 0.5);
  Object.assign(server, { hasPage: true, asked: 0 });
  reloads = 0;
  stored = new Map();
});
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

test("a part is loaded once, however many ask for it", async () => {
  const shown = partAfter(0);
  const answers = await Promise.all([shown.part.load(), shown.part.load()]);
  await shown.part.untilLoaded(assert.fail);
  assert.deepEqual([answers, shown.asks], [["there", "there"], 1]);
});

test("a part that could not be loaded is asked for again, and whoever waits hears of it", async () => {
  const shown = partAfter(1);
  let failed = 0;
  const loading = shown.part.untilLoaded(() => {
    failed += 1;
  });
  await settled();
  assert.deepEqual([shown.asks, failed], [1, 1]);
  await passPause();
  assert.equal(await loading, "there");
  assert.deepEqual([shown.asks, failed, reloads], [2, 1, 0]);
});

test("a part is asked for again as soon as the network is back", async () => {
  const shown = partAfter(1);
  const loading = shown.part.untilLoaded(() => {});
  await settled();
  comeOnline();
  assert.equal(await loading, "there");
});

test("what is loaded beforehand is not asked for by a whole crowd at once, and only until it is there", async () => {
  const shown = partAfter(1);
  void shown.part.prepare();
  void shown.part.prepare();
  mock.timers.tick(4_999);
  await settled();
  assert.equal(shown.asks, 0);
  mock.timers.tick(1);
  await settled();
  assert.equal(shown.asks, 1);
  mock.timers.tick(10_000);
  await settled();
  await passPause();
  assert.deepEqual([shown.asks, reloads], [2, 0]);
});

test("a page whose part goes on failing is loaded anew when the server answers, once for each version", async () => {
  const { part } = partAfter(99);
  void part.untilLoaded(() => {});
  await settled();
  server.hasPage = false;
  await passPause();
  assert.deepEqual([server.asked, reloads], [1, 0]);
  server.hasPage = true;
  await passPause();
  await passPause();
  assert.deepEqual([server.asked, reloads], [3, 1]);
});

test("whoever asks again by themselves hears of each failure, and after the second the page is loaded anew", async () => {
  const { part } = partAfter(2);
  await assert.rejects(part.attempt());
  await settled();
  assert.equal(reloads, 0);
  await assert.rejects(part.attempt());
  await settled();
  assert.equal(reloads, 1);
  assert.equal(await part.attempt(), "there");
});

test("what failed beforehand is no reason to wait at the turn: the page is loaded anew at once", async () => {
  const { part } = partAfter(99);
  await assert.rejects(part.load());
  void part.untilLoaded(() => {});
  await settled();
  assert.equal(reloads, 1);
});
