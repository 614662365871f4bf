import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import "./all_texts.ts";
import { Admission } from "../src/shop/api/admission.ts";
import type { Drop, Ticket } from "../src/shop/api/types.ts";
import { Joiner } from "../src/shop/pages/join.ts";
import { keyFile } from "../src/shop/possession/device.ts";

const DROP = { id: "d", title: "Tea cup", variants: [{ id: "v" }] } as Drop;
const TICKET: Ticket = { ticket_id: "t", state: "waiting", epoch: 1, evn: 8, lane: 1 };

/** What was asked: the last part of the address, and what was sent. */
let asked: [string, unknown][] = [];
/** What is refused of the next requests, by the last part of the address. */
let refusals: Record<string, string[]> = {};

async function answer(url: string, { body }: { body?: string }) {
  const what = url.split("/").at(-1) ?? "";
  asked.push([what, body === undefined ? undefined : JSON.parse(body)]);
  const code = refusals[what]?.shift();
  const headers = new Headers();
  if (code !== undefined) return { ok: false, status: 403, headers, json: async () => ({ code }) };
  const granted = { lane_grant: `grant-${asked.length}` };
  return { ok: true, status: 200, headers, json: async () => (what === "code" ? granted : TICKET) };
}
Object.defineProperty(globalThis, "fetch", { value: answer, configurable: true });

function joiner(code: string, drop = DROP) {
  const joined: Ticket[] = [];
  const nothing = () => {};
  const listener = { joined: (ticket: Ticket) => joined.push(ticket), changed: nothing, ended: nothing };
  const made = new Joiner(drop, new Admission("http://line"), listener);
  made.code = code;
  return { joined, made };
}

/** What was sent to join. */
const joins = () => asked.filter(([what]) => what === "tickets").map(([, body]) => body);
const withGrant = (grant: string) => ({ variant_id: "v", units: 2, lane_grant: grant });

/** Lets everything happen that waits for no time to pass. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  asked = [];
  refusals = {};
});

test("without a code one joins the normal lane, and none is redeemed", async () => {
  const { joined, made } = joiner("  ");
  await made.join(2);
  assert.deepEqual(joins(), [{ variant_id: "v", units: 2 }]);
  assert.ok(!asked.some(([what]) => what === "code"));
  assert.deepEqual(joined, [TICKET]);
});

test("a code is redeemed first, and what it gives is sent along", async () => {
  const { joined, made } = joiner(" k7qm-2x9r ");
  await made.join(2);
  assert.deepEqual(asked.slice(-2), [
    ["code", { code: "k7qm-2x9r" }],
    ["tickets", withGrant(`grant-${asked.length - 1}`)],
  ]);
  assert.deepEqual(joined, [TICKET]);
});

test("a code that is refused is said to be, and nobody joins", async () => {
  refusals.code = ["code_refused"];
  const { joined, made } = joiner("wrong");
  await made.join(2);
  assert.match(made.problem ?? "", /code can't be used/);
  assert.deepEqual([joins(), joined, made.busy], [[], [], false]);
});

test("a grant that is too old is changed for another, once", async () => {
  refusals.tickets = ["grant_invalid"];
  const { joined, made } = joiner("code");
  await made.join(2);
  assert.equal(asked.filter(([what]) => what === "code").length, 2);
  assert.equal(joins().length, 2);
  assert.deepEqual(joined, [TICKET]);

  refusals.tickets = ["grant_invalid", "grant_invalid"];
  const other = joiner("code");
  await other.made.join(2);
  assert.deepEqual(other.joined, []);
  assert.match(other.made.problem ?? "", /couldn't use your code/);
});

test("whoever needs an invitation is told so", async () => {
  refusals.tickets = ["invite_needed"];
  const { made } = joiner("");
  await made.join(1);
  assert.match(made.problem ?? "", /by invitation/);
});

test("where there are several variants, one joins for the one that was picked, and not before", async () => {
  const several = { ...DROP, variants: [{ id: "small" }, { id: "large" }] } as Drop;
  const { joined, made } = joiner("", several);
  await made.join(1);
  assert.deepEqual([asked, made.busy], [[], false]);
  made.variant = "large";
  await made.join(1);
  assert.deepEqual(joins(), [{ variant_id: "large", units: 1 }]);
  assert.deepEqual(joined, [TICKET]);
});

test("no quantity is sent where it is chosen at the turn", async () => {
  const { joined, made } = joiner("", { ...DROP, fulfilment: "checkout" });
  await made.join(1);
  assert.deepEqual(joins(), [{ variant_id: "v" }]);
  assert.deepEqual(joined, [TICKET]);
});

test("whoever can't begin a session for now joins once that works, and is somebody with a key", async () => {
  Object.defineProperty(globalThis, "indexedDB", { value: {}, configurable: true });
  mock.timers.enable({ apis: ["setTimeout"] });
  const missing = mock.method(keyFile, "attempt", () => Promise.reject(new Error("away")));
  const { joined, made } = joiner("");
  const joining = made.join(2);
  for (let n = 1; n <= 3; n += 1) {
    await settled();
    assert.deepEqual([asked, made.busy], [[], true]);
    assert.match(made.problem ?? "", /reach the server/);
    mock.timers.tick(31_000);
  }
  const prove = async () => "proof";
  missing.mock.mockImplementation(async () => ({ openKey: async () => ({ thumbprint: "key", prove }) }));
  await settled();
  mock.timers.tick(31_000);
  await joining;
  assert.deepEqual(asked, [
    ["session", { key_thumbprint: "key" }],
    ["tickets", { variant_id: "v", units: 2 }],
  ]);
  assert.deepEqual(joined, [TICKET]);
  mock.timers.reset();
  missing.mock.restore();
  Reflect.deleteProperty(globalThis, "indexedDB");
});
