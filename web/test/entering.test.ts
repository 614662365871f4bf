import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import "./all_texts.ts";
import { Entering } from "../src/shop/view/entering.ts";

const THERE = "https://shop.example/.sluice/enter?pass=jwt&to=%2Fbasket";

type Asked = [method: string, url: string, body: { to?: string }];

/** The storefront: how it answers, which place it takes for none, and what it was asked for. */
const shop = { status: 200, code: "", refused: "", asked: [] as Asked[] };
/** Where the page went. */
let went: string[] = [];
let stored = new Map<string, string>();

async function answer(url: string, { method, body }: { method: string; body: string }) {
  const asked: Asked = [method, url, JSON.parse(body)];
  shop.asked.push(asked);
  if (asked[2].to === shop.refused) return refusal(422, "invalid_fields");
  if (shop.status !== 200) return refusal(shop.status, shop.code);
  return { ok: true, json: async () => ({ return_url: THERE }) };
}

const refusal = (status: number, code: string) => ({
  ok: false,
  status,
  headers: new Headers(),
  json: async () => ({ code }),
});

const page = {
  window: globalThis,
  location: { search: "?lang=ko&to=%2Fbasket", assign: (url: string) => went.push(url) },
  sessionStorage: {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  },
  fetch: answer,
};
for (const [name, value] of Object.entries(page)) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

/** Lets everything happen that waits for no time to pass. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function pass(ms: number): Promise<void> {
  mock.timers.tick(ms);
  await settled();
}

/** A pass on the page, and how often it was said to be over. */
function letIn(id = "t"): { entering: Entering; overs: number } {
  const shown = { overs: 0 };
  const listener = {
    changed: () => {},
    over: () => {
      shown.overs += 1;
    },
  };
  return Object.assign(shown, { entering: new Entering({ id, drop_id: "d" }, listener) });
}

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(shop, { status: 200, code: "", refused: "", asked: [] });
  went = [];
  stored = new Map();
});
afterEach(() => mock.timers.reset());

test("whose turn it is goes in by themselves after three seconds, to the place that they wanted", async () => {
  const { entering } = letIn();
  entering.goSoon();
  await pass(2_900);
  assert.ok(entering.goesByItself);
  assert.deepEqual(shop.asked, []);
  await pass(100);
  assert.deepEqual(shop.asked, [["POST", "/v1/drops/d/pass", { to: "/basket" }]]);
  assert.deepEqual(went, [THERE]);
});

test("a click goes at once, and nothing goes a second time", async () => {
  const { entering } = letIn();
  entering.goSoon();
  await entering.go();
  entering.goSoon();
  await pass(60_000);
  assert.deepEqual(went, [THERE]);
});

test("whom the site has sent back goes in by hand only, and with the next pass by themselves again", async () => {
  await letIn().entering.go();
  const back = letIn();
  back.entering.goSoon();
  assert.ok(!back.entering.goesByItself);
  await pass(60_000);
  assert.equal(went.length, 1);
  await back.entering.go();
  assert.equal(went.length, 2);
  letIn("next").entering.goSoon();
  await pass(3_000);
  assert.equal(went.length, 3);
});

test("a pass that ends before its page goes is not used", async () => {
  const { entering } = letIn();
  entering.goSoon();
  entering.stay();
  entering.goSoon();
  await pass(60_000);
  assert.deepEqual(shop.asked, []);
});

test("whoever can't be told the way for now is told it later, and hears why it takes so long", async () => {
  const { entering } = letIn();
  Object.assign(shop, { status: 503, code: "overloaded" });
  const going = entering.go();
  await settled();
  assert.match(entering.problem ?? "", /Retrying automatically/);
  assert.ok(entering.busy);
  shop.status = 200;
  await pass(4_000);
  await going;
  assert.deepEqual([went, entering.busy], [[THERE], false]);
});

test("an address that somebody made up leads to where the site begins", async () => {
  shop.refused = "/basket";
  await letIn().entering.go();
  const places = shop.asked.map(([, , body]) => body);
  assert.deepEqual(places, [{ to: "/basket" }, {}]);
  assert.deepEqual(went, [THERE]);
});

test("a pass that is over leads nowhere, and its page is told", async () => {
  const shown = letIn();
  Object.assign(shop, { status: 409, code: "pass_over" });
  await shown.entering.go();
  assert.equal(shown.entering.problem, "Your pass isn't valid any more.");
  assert.deepEqual([went, shown.overs], [[], 1]);
});
