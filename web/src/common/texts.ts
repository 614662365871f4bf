// Looks up texts in the page's language. Each bundle brings its own: this is only the machinery.
import { currentLanguage, type Language } from "./language.ts";

/** A text with `{placeholders}`; numbers are formatted for the language. */
export type Message = string | { one: string; other: string };
export type Values = Record<string, string | number>;

/** Returns the look-ups for a bundle's texts. Texts may be added until they are looked up. */
export function textsOf<Key extends string>(messages: Record<Language, Record<Key, Message>>) {
  const format = (lang: Language, key: Key, values: Values): string =>
    fill(lang, pickPlural(lang, messages[lang][key], values), values);

  /** Returns the text for a key in the page's language. */
  const t = (key: Key, values: Values = {}) => format(currentLanguage(), key, values);

  /** Returns a key built from an answer if it has a text: a newer server may say something we don't know. */
  const known = (key: string, fallback: Key): Key =>
    key in messages[currentLanguage()] ? (key as Key) : fallback;

  /** As `t`, for such a key. */
  const tOr = (key: string, fallback: Key, values: Values = {}) => t(known(key, fallback), values);

  return { format, t, tOr, known };
}

function fill(lang: Language, text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(lang).format(value) : value;
  });
}

function pickPlural(lang: Language, message: Message, values: Values): string {
  if (typeof message === "string") return message;
  const count = typeof values.count === "number" ? values.count : 0;
  return new Intl.PluralRules(lang).select(count) === "one" ? message.one : message.other;
}
