import assert from "node:assert/strict";
import { test } from "node:test";
import { ownWords, switchLanguage } from "../src/common/language.ts";
import { NO_WORDS, wordsOf } from "../src/console/parts/words.ts";
import type { Drop, WaitingFrame } from "../src/shop/api/types.ts";
import { shownAfter } from "../src/shop/stream/position.ts";
import { endWords } from "../src/shop/view/drop.ts";

Object.defineProperty(globalThis, "document", {
  value: { documentElement: { lang: "en" } },
  configurable: true,
});

const BOTH = { en: "Back at noon.", ko: "정오에 돌아와요." };

test("a message in two languages is read in that of the page, at once when it is switched", () => {
  const frame: WaitingFrame = { type: "waiting", epoch: 1, evn: 2, position: 3, waiting: 4, message: BOTH };
  const shown = shownAfter(null, frame);
  const ended = { state: "closed", message: BOTH } as Drop;
  for (const language of ["ko", "en"] as const) {
    switchLanguage(language);
    assert.equal(ownWords(shown.message), BOTH[language]);
    assert.equal(endWords(ended), BOTH[language]);
  }
});

test("a message for all is read in every language, and none is none", () => {
  for (const language of ["ko", "en"] as const) {
    switchLanguage(language);
    assert.equal(ownWords("Soon"), "Soon");
    assert.deepEqual([ownWords(null), ownWords(undefined)], [null, null]);
  }
});

test("what is typed in one language is for all, and in both for the readers of each", () => {
  assert.deepEqual(wordsOf({ en: " Back at noon. ", ko: "정오에 돌아와요.\n" }), BOTH);
  assert.equal(wordsOf({ en: "Soon", ko: " " }), "Soon");
  assert.equal(wordsOf({ en: "", ko: "곧" }), "곧");
  assert.equal(wordsOf(NO_WORDS), undefined);
});
