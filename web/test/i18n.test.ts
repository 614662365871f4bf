import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ORDER_STATES, TICKET_STATES } from "../src/api/types.ts";
import { en, type Key, type Message } from "../src/i18n/en.ts";
import { digits, duration, format, preferredLanguage } from "../src/i18n/index.ts";
import { ko } from "../src/i18n/ko.ts";
import { CARDS } from "../src/view/pay.ts";

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
    ...["scheduled", "open", "sold_out", "closed", "cancelled"].map((state) => `drop.state.${state}`),
    ...["rebuild", "operator", "mode", "returned"].map((rise) => `line.rise.${rise}`),
    ...CARDS.map((card) => `pay.card.${card}`),
  ];
  for (const key of wanted) assert.ok(key in en && key in ko, key);
});

/** The stable texts of an enum in the `shared` crate, so that a new state cannot be forgotten here. */
function textsOf(file: string, name: string): string[] {
  const source = readFileSync(new URL(`../../shared/src/${file}`, import.meta.url), "utf8");
  const body = new RegExp(`\\n    ${name} \\{([\\s\\S]*?)\\n    \\}`).exec(source)?.[1] ?? "";
  return [...body.matchAll(/= "(\w+)"/g)].map((match) => match[1] ?? "");
}

test("every state and reason of the services has a text", () => {
  const states = textsOf("lifecycle.rs", "TicketState");
  assert.ok(states.length >= 15, "the table of states was found");
  for (const state of states) {
    assert.ok(`ticket.state.${state}` in en || `order.state.${state}` in en, state);
  }
  for (const state of ORDER_STATES) assert.ok(states.includes(state), state);
  const others = [
    ...textsOf("lifecycle.rs", "RejectReason").map((reason) => `order.reason.${reason}`),
    ...textsOf("drops.rs", "CloseReason").map((reason) => `closed.reason.${reason}`),
    ...textsOf("drops.rs", "DropState").map((state) => `drop.state.${state}`),
  ];
  assert.ok(others.length >= 15, "the tables of reasons were found");
  for (const key of others) assert.ok(key in en, key);
});

test("Korean is Korean: only names may be without Hangul", () => {
  for (const key of keys) {
    const words = texts(ko[key])
      .join("")
      .replace(/\{\w+\}/g, "");
    assert.match(words, /\p{Script=Hangul}/u, key);
  }
});

test("no Korean particle whose form depends on the word before follows a placeholder", () => {
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

test("spans are said in words with their two largest units", () => {
  assert.equal(duration(3_725_000, "en"), "1 hour 2 minutes");
  assert.equal(duration(125_000, "ko"), "2분 5초");
  assert.equal(duration(300_000, "en"), "5 minutes");
  assert.equal(duration(-5, "en"), "0 seconds");
});

test("countdown digits keep their width", () => {
  assert.equal(digits(272_000), "4:32");
  assert.equal(digits(3_872_000), "1:04:32");
  assert.equal(digits(-1), "0:00");
});

test("the choice of the shopper goes before the browser's, and unknown tags fall through", () => {
  assert.equal(preferredLanguage("ko", ["en-US"]), "ko");
  assert.equal(preferredLanguage(null, ["fr-FR", "ko-KR", "en"]), "ko");
  assert.equal(preferredLanguage("tlh", []), "en");
});
