import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../src/console/api/call.ts";
import type { Theme } from "../src/console/seller/theme/api.ts";
import {
  bodyOf,
  type Draft,
  darkerIn,
  draftOf,
  isColourOrNone,
  isWhole,
} from "../src/console/seller/theme/draft.ts";
import { en } from "../src/console/seller/theme/texts/en.ts";
import { ko } from "../src/console/seller/theme/texts/ko.ts";

const THEME: Theme = {
  logo: null,
  accent: "#0b6670",
  band: null,
  tagline: { en: "Lamps", ko: "램프" },
  message: null,
  colours: { light: null, dark: null, on_band: null },
};
const EMPTY: Draft = { accent: "", band: "", tagline: { en: "", ko: "" }, message: { en: "", ko: "" } };

test("a theme comes back from its form as it was, and an empty field leaves open what it is for", () => {
  const { logo: _logo, colours: _colours, ...body } = THEME;
  assert.deepEqual(bodyOf(draftOf(THEME)), body);
  assert.deepEqual(bodyOf(EMPTY), { accent: null, band: null, tagline: null, message: null });
  assert.equal(bodyOf({ ...EMPTY, band: " #12262b " }).band, "#12262b");
});

test("a form is whole with colours that are some, and texts in both languages or in none", () => {
  assert.ok(isWhole(EMPTY) && isWhole(draftOf(THEME)));
  for (const colour of ["red", "#12", "0b6670", "#0b66700"]) assert.ok(!isColourOrNone(colour), colour);
  assert.ok(!isWhole({ ...EMPTY, accent: "red" }));
  assert.ok(!isWhole({ ...EMPTY, message: { en: "Hello", ko: " " } }));
});

test("of a refusal of a faint accent the colour that will do is read", () => {
  const detail = "has a contrast of 1.4:1 with the page and needs 4.5:1; #876c00 is as much darker";
  const refusal = (field: string) => new Refusal(422, "invalid_fields", null, null, [{ field, detail }]);
  assert.equal(darkerIn(refusal("/accent")), "#876c00");
  assert.equal(darkerIn(refusal("/band")), null);
  assert.equal(darkerIn(null), null);
});

test("of themes Korean says all that English says, in Hangul", () => {
  assert.deepEqual(Object.keys(ko).sort(), Object.keys(en).sort());
  for (const [key, text] of Object.entries(ko)) assert.match(String(text), /\p{Script=Hangul}/u, key);
});
