// As index.ts, with what is said from the turn on: for what comes with that part of the shop alone.
import type { Language } from "../../common/language.ts";
import { type Message, textsOf } from "../../common/texts.ts";
import type { enOrder } from "./en_order.ts";
import { messages, type Key as ShopKey } from "./index.ts";

export type Key = ShopKey | keyof typeof enOrder;

export const { format, t, tOr, known } = textsOf<Key>(messages as Record<Language, Record<Key, Message>>);
