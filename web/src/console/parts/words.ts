// What those who wait are told, as it is typed: a text in each language.
import type { Language, Words } from "../../common/language.ts";

export type TypedWords = Record<Language, string>;

export const NO_WORDS: TypedWords = { en: "", ko: "" };

/** Returns what is sent. Who has no text in their language reads the other; undefined tells nobody anything. */
export function wordsOf(typed: TypedWords): Words | undefined {
  const [en, ko] = [typed.en.trim(), typed.ko.trim()];
  if (en !== "" && ko !== "") return { en, ko };
  return en || ko || undefined;
}
