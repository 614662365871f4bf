import assert from "node:assert/strict";
import { test } from "node:test";
import { currentLanguage, preferredLanguage, switchOnceLoaded } from "../src/common/language.ts";

const page = { documentElement: { lang: "en" } };
Object.defineProperty(globalThis, "document", { value: page, configurable: true });

test("the reader's choice goes before the browser's, and unknown tags fall through", () => {
  assert.equal(preferredLanguage("ko", ["en-US"]), "ko");
  assert.equal(preferredLanguage(null, ["fr-FR", "ko-KR", "en"]), "ko");
  assert.equal(preferredLanguage("tlh", []), "en");
});

test("a page switches to the language that was asked for last, once its texts are there", async () => {
  let come = () => {};
  const coming = new Promise<void>((resolve) => {
    come = resolve;
  });
  const toKorean = switchOnceLoaded("ko", () => coming);
  assert.equal(currentLanguage(), "en");
  await switchOnceLoaded("en", async () => {});
  come();
  await toKorean;
  assert.deepEqual([currentLanguage(), page.documentElement.lang], ["en", "en"]);
  await switchOnceLoaded("ko", async () => {});
  assert.deepEqual([currentLanguage(), page.documentElement.lang], ["ko", "ko"]);
});

test("a page stays in its language while the texts of another cannot be loaded", async () => {
  await switchOnceLoaded("ko", async () => {});
  await switchOnceLoaded("en", () => Promise.reject(new Error("away")));
  assert.equal(currentLanguage(), "ko");
});
