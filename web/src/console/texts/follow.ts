// Look-ups of texts that follow the page's language: whatever shows one is drawn anew when it changes.
import type { Language } from "../../common/language.ts";
import { type Message, textsOf, type Values } from "../../common/texts.ts";
import { language } from "../state/language.ts";

export function textsThatFollow<Key extends string>(messages: Record<Language, Record<Key, Message>>) {
  const { format, known } = textsOf<Key>(messages);

  /** Returns the text for a key in the page's language. */
  const t = (key: Key, values: Values = {}) => format(language.value, key, values);

  /** As `t`, for a key built from an answer: a newer server may say something we don't know. */
  const tOr = (key: string, fallback: Key, values: Values = {}) => t(known(key, fallback), values);

  return { t, tOr, known };
}
