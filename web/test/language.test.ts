import assert from "node:assert/strict";
import { test } from "node:test";
import { preferredLanguage } from "../src/common/language.ts";

test("the reader's choice goes before the browser's, and unknown tags fall through", () => {
  assert.equal(preferredLanguage("ko", ["en-US"]), "ko");
  assert.equal(preferredLanguage(null, ["fr-FR", "ko-KR", "en"]), "ko");
  assert.equal(preferredLanguage("tlh", []), "en");
});
