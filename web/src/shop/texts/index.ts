// The shop's texts, in the page's language. A page loads one language alone, and what a part of the shop
// says only with that part.
import { currentLanguage, type Language } from "../../common/language.ts";
import { type Message, textsOf } from "../../common/texts.ts";
import type { Key } from "./en.ts";

export type { Key };

/** What is said by every page, by the list of drops, where a place is taken along, and from the turn on. */
type Part = "shop" | "list" | "handoff" | "order";
type Texts = Record<string, Message>;

const FILES: Record<Language, Record<Part, () => Promise<Texts>>> = {
  en: {
    shop: async () => (await import("./en.ts")).en,
    list: async () => (await import("./en_list.ts")).enList,
    handoff: async () => (await import("./en_handoff.ts")).enHandoff,
    order: async () => (await import("./en_order.ts")).enOrder,
  },
  ko: {
    shop: async () => (await import("./ko.ts")).ko,
    list: async () => (await import("./ko_list.ts")).koList,
    handoff: async () => (await import("./ko_handoff.ts")).koHandoff,
    order: async () => (await import("./ko_order.ts")).koOrder,
  },
};

/** The parts that have been asked for. */
const parts = new Set<Part>();

/** What has been loaded: whoever looks a text up asks for its part before. */
export const messages = { en: {}, ko: {} } as Record<Language, Record<Key, Message>>;

export const { format, t, tOr, known } = textsOf<Key>(messages);

/** Loads what a part says, here and in each language that is switched to. */
export async function addTexts(part: Part): Promise<void> {
  parts.add(part);
  await loadTexts(currentLanguage());
}

/** Loads all that is needed in a language. */
export async function loadTexts(language: Language): Promise<void> {
  const texts = await Promise.all([...parts].map((part) => FILES[language][part]()));
  Object.assign(messages[language], ...texts);
}
