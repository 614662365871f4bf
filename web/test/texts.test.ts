import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import "./all_texts.ts";
import type { Message } from "../src/common/texts.ts";
import { ETA_REASONS, MODES, ORDER_STATES, TICKET_STATES } from "../src/shop/api/types.ts";
import { en as enShop } from "../src/shop/texts/en.ts";
import { enHandoff } from "../src/shop/texts/en_handoff.ts";
import { enList } from "../src/shop/texts/en_list.ts";
import { enOrder } from "../src/shop/texts/en_order.ts";
import { ko as koShop } from "../src/shop/texts/ko.ts";
import { koHandoff } from "../src/shop/texts/ko_handoff.ts";
import { koList } from "../src/shop/texts/ko_list.ts";
import { koOrder } from "../src/shop/texts/ko_order.ts";
import { format, type Key } from "../src/shop/texts/order.ts";
import { CARDS } from "../src/shop/view/pay.ts";

const en = { ...enShop, ...enList, ...enHandoff, ...enOrder };
const ko = { ...koShop, ...koList, ...koHandoff, ...koOrder };
const keys = Object.keys(en) as Key[];
const texts = (message: Message) => (typeof message === "string" ? [message] : Object.values(message));
const placeholders = (message: Message) =>
  [...new Set(texts(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

test("Korean says all that English says, and nothing else", () => {
  assert.deepEqual(Object.keys(ko).sort(), [...keys].sort());
  for (const key of keys) {
    for (const text of [...texts(en[key]), ...texts(ko[key])]) assert.notEqual(text.trim(), "", key);
  }
});

test("no text is loaded twice, with one part and with another", () => {
  const all = [enShop, enList, enHandoff, enOrder].flatMap((texts) => Object.keys(texts));
  const twice = all.filter((key, n) => all.indexOf(key) !== n);
  assert.deepEqual(twice, []);
});

test("both languages fill the same placeholders", () => {
  for (const key of keys) assert.deepEqual(placeholders(ko[key]), placeholders(en[key]), key);
});

test("every ticket and order state has a text in each language", () => {
  const wanted = [
    ...TICKET_STATES.map((state) => `ticket.state.${state}`),
    ...ORDER_STATES.flatMap((state) => [
      `order.state.${state}`,
      `order.step.${state}`,
      `order.hint.${state}`,
    ]),
    ...["sold_out", "not_enough", "closed", "cancelled", "replaced", "other"].map(
      (reason) => `closed.reason.${reason}`,
    ),
    ...["sold_out", "not_enough", "closed", "cancelled", "replaced", "other"].map(
      (reason) => `closed.title.${reason}`,
    ),
    ...["scheduled", "open", "sold_out", "closed", "cancelled"].map((state) => `drop.state.${state}`),
    ...["rebuild", "operator", "mode", "returned"].map((rise) => `line.rise.${rise}`),
    ...ETA_REASONS.map((reason) => `line.eta.${reason}`),
    ...CARDS.map((card) => `pay.card.${card}`),
  ];
  for (const key of wanted) assert.ok(key in en && key in ko, key);
});

const SHARED = new URL("../../shared/src/", import.meta.url);
const sharedSource = readdirSync(SHARED, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".rs"))
  .map((name) => readFileSync(new URL(name, SHARED), "utf8"))
  .join("\n");

/** Returns the stable texts of an enum in the `shared` crate, so that a new state cannot be forgotten here. */
function namesIn(name: string): string[] {
  const body = new RegExp(`\\n    ${name} \\{\\n([^}]*?= "[^}]*?)\\n    \\}`).exec(sharedSource)?.[1] ?? "";
  const names = [...body.matchAll(/= "(\w+)"/g)].map((match) => match[1] ?? "");
  assert.ok(names.length > 0, `${name} was found`);
  return names;
}

test("every state and reason of the services has a text", () => {
  const states = namesIn("TicketState");
  assert.ok(states.length >= 15, "the table of states was found");
  for (const state of states) {
    assert.ok(`ticket.state.${state}` in en || `order.state.${state}` in en, state);
  }
  for (const state of ORDER_STATES) assert.ok(states.includes(state), state);
  assert.deepEqual([...MODES].sort(), namesIn("DropMode").sort());
  const others = [
    ...namesIn("RejectReason").map((reason) => `order.reason.${reason}`),
    ...namesIn("CloseReason").map((reason) => `closed.reason.${reason}`),
    ...namesIn("DropState").map((state) => `drop.state.${state}`),
    ...MODES.filter((mode) => mode !== "running").flatMap((mode) => [`drop.${mode}`, `line.mode.${mode}`]),
  ];
  assert.ok(others.length >= 15, "the tables of reasons were found");
  for (const key of others) assert.ok(key in en, key);
});

test("words that visits have of their own stand in for words that there are", () => {
  const own = keys.filter((key) => key.startsWith("visit."));
  assert.ok(own.length >= 20, "they were found");
  for (const key of own) assert.ok(key.slice("visit.".length) in en, key);
});

test("every refusal of a join has a text of its own", () => {
  const codes = ["held", "drop_draining", "drop_maintenance", "drop_stopped", "room_full"];
  const said = codes.map((code) => format("en", `error.${code}` as Key, {}));
  assert.equal(new Set(said).size, codes.length, said.join(" "));
  for (const code of codes) assert.ok(`error.${code}` in ko, code);
});

test("every Korean text is in Hangul", () => {
  for (const key of keys) {
    const words = texts(ko[key])
      .join("")
      .replace(/\{\w+\}/g, "");
    assert.match(words, /\p{Script=Hangul}/u, key);
  }
});

test("no Korean particle whose form depends on the preceding word follows a placeholder", () => {
  for (const key of keys) {
    for (const text of texts(ko[key]))
      assert.doesNotMatch(text, /\}(을|를|이|가|은|는|과|와|으로|로)(\s|[.,!?]|$)/u, key);
  }
});

test("numbers and plurals follow the language", () => {
  assert.equal(format("en", "line.waiting", { count: 1 }), "1 person is waiting");
  assert.equal(format("en", "line.waiting", { count: 12_345 }), "12,345 people are waiting");
  assert.equal(format("ko", "line.waiting", { count: 12_345 }), "12,345명 대기 중");
});

test("the pages carry the English texts until the script runs", () => {
  const pages = new URL("../static/", import.meta.url);
  const written = readdirSync(pages)
    .filter((name) => name.endsWith(".html"))
    .flatMap((name) => [
      ...readFileSync(new URL(name, pages), "utf8").matchAll(/data-t="([\w.]+)">([^<]+)</g),
    ]);
  assert.ok(written.length >= 12, "the marked elements were found");
  for (const [, key = "", text] of written) assert.equal(text, (enShop as Record<string, Message>)[key], key);
});
