// As index.ts, with what is said of taking a place along: for what comes with that part of the shop alone.
import type { Language } from "../../common/language.ts";
import { type Message, textsOf } from "../../common/texts.ts";
import type { enHandoff } from "./en_handoff.ts";
import { messages, type Key as ShopKey } from "./index.ts";

type Key = ShopKey | keyof typeof enHandoff;

export const { t, tOr } = textsOf<Key>(messages as Record<Language, Record<Key, Message>>);
