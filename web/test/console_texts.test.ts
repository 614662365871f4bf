import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { Message } from "../src/common/texts.ts";
import { LOAD_PRESETS, LOAD_RUN_STATES, LOAD_VERDICTS } from "../src/console/api/load_types.ts";
import { DROP_STATES, FAILURE_POLICIES, MODES, ORDER_STATES } from "../src/console/api/types.ts";
import { sayWhy } from "../src/console/operator/log/said.ts";
import { en as operatorEn } from "../src/console/operator/texts/en.ts";
import { ko as operatorKo } from "../src/console/operator/texts/ko.ts";
import { en as sellerEn } from "../src/console/seller/texts/en.ts";
import { ko as sellerKo } from "../src/console/seller/texts/ko.ts";
import { language } from "../src/console/state/language.ts";
import { en as sharedEn } from "../src/console/texts/en.ts";
import { ko as sharedKo } from "../src/console/texts/ko.ts";

type Texts = Record<string, Message>;

const EN: Texts = { ...sharedEn, ...operatorEn, ...sellerEn };
const KO: Texts = { ...sharedKo, ...operatorKo, ...sellerKo };
const BOOKS: [string, Texts, Texts][] = [
  ["shared", sharedEn, sharedKo],
  ["operator", operatorEn, operatorKo],
  ["seller", sellerEn, sellerKo],
];

const words = (message: Message | undefined) =>
  message === undefined ? [] : typeof message === "string" ? [message] : Object.values(message);
const placeholders = (message: Message | undefined) =>
  [...new Set(words(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

test("the consoles say in Korean all that they say in English, and nothing else", () => {
  for (const [book, en, ko] of BOOKS) {
    assert.deepEqual(Object.keys(ko).sort(), Object.keys(en).sort(), book);
    for (const key of Object.keys(en)) {
      assert.deepEqual(placeholders(ko[key]), placeholders(en[key]), key);
      for (const text of [...words(en[key]), ...words(ko[key])]) assert.notEqual(text.trim(), "", key);
    }
  }
});

test("a console's own texts do not replace those of both", () => {
  for (const own of [operatorEn, sellerEn]) {
    assert.deepEqual(
      Object.keys(own).filter((key) => key in sharedEn),
      [],
    );
  }
});

test("every Korean text of the consoles is in Hangul, without a particle that depends on a placeholder", () => {
  for (const [key, message] of Object.entries(KO)) {
    for (const text of words(message)) {
      assert.match(text.replace(/\{\w+\}/g, ""), /\p{Script=Hangul}/u, key);
      assert.doesNotMatch(text, /\}(을|를|이|가|은|는|과|와|으로|로)(\s|[.,!?]|$)/u, key);
    }
  }
});

/** Returns the Rust sources below a folder, as one text. */
function sourcesOf(folder: string): string {
  const root = new URL(`../../${folder}/`, import.meta.url);
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".rs"))
    .map((name) => readFileSync(new URL(name, root), "utf8"))
    .join("\n");
}

const sources = sourcesOf("shared/src") + sourcesOf("worker/src/drain");

/** Returns the stable texts of an enum of the services. */
function namesIn(name: string): string[] {
  const body = new RegExp(`\\n    ${name} \\{\\n([^}]*?= "[^}]*?)\\n    \\}`).exec(sources)?.[1] ?? "";
  const names = [...body.matchAll(/= "(\w+)"/g)].map((match) => match[1] ?? "");
  assert.ok(names.length > 0, `${name} was found`);
  return names;
}

test("every state, mode and reason of the services has a text in the consoles", () => {
  const known = (name: string, ours: readonly string[]) => {
    for (const theirs of namesIn(name)) assert.ok(ours.includes(theirs), `${name} ${theirs}`);
  };
  known("DropState", DROP_STATES);
  known("DropMode", MODES);
  known("FailurePolicy", FAILURE_POLICIES);
  known("LoadPreset", LOAD_PRESETS);
  known("LoadRunState", LOAD_RUN_STATES);
  known("LoadVerdict", LOAD_VERDICTS);
  const wanted = [
    ...DROP_STATES.map((state) => `state.${state}`),
    ...MODES.flatMap((mode) => [`mode.${mode}`, `mode.${mode}.hint`]),
    ...FAILURE_POLICIES.flatMap((policy) => [`failure.${policy}`, `failure.${policy}.hint`]),
    ...MODES.filter((mode) => mode !== "running").map((mode) => `pressure.mode_${mode}`),
    ...LOAD_PRESETS.flatMap((preset) => [`preset.${preset}`, `preset.${preset}.hint`]),
    ...LOAD_RUN_STATES.map((state) => `run.${state}`),
    ...LOAD_VERDICTS.map((verdict) => `rule.${verdict}`),
    ...ORDER_STATES.map((state) => `order.state.${state}`),
    ...namesIn("HoldUp").map((reason) => `held_up.${reason}`),
    ...namesIn("LineBound").map((bound) => `what_if.by.${bound}`),
  ];
  for (const key of wanted) assert.ok(key in EN, key);
});

test("every act of the audit log has a text in the consoles", () => {
  const acts = new Set(sourcesOf("database/src").match(/(?<=action: "|=> ")[a-z_]+\.[a-z_]+(?=")/g));
  assert.ok(acts.size >= 10, "the acts were found");
  for (const act of acts) assert.ok(`action.${act}` in EN, act);
});

test("every reason that the services give by themselves is told in both languages", () => {
  const fixed = sourcesOf("database/src").match(/(?<=why: "|unwrap_or\(")[a-z' ]+(?=")/g);
  const reasons = new Set([
    ...(fixed ?? []),
    "its time came",
    "its time was over",
    "nothing was left",
    "with a key",
    "by a link",
  ]);
  assert.ok(reasons.size >= 10, "the reasons were found");
  language.value = "ko";
  for (const reason of reasons) assert.notEqual(sayWhy(reason), reason);
  language.value = "en";
});
