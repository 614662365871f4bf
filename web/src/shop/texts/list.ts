// As index.ts, with what the list of drops says: for that page alone. What it says of orders is loaded apart.
import type { Language } from "../../common/language.ts";
import { type Message, textsOf } from "../../common/texts.ts";
import type { enList } from "./en_list.ts";
import type { enOrder } from "./en_order.ts";
import { messages, type Key as ShopKey } from "./index.ts";

type Key = ShopKey | keyof typeof enList | keyof typeof enOrder;

export const { t, tOr } = textsOf<Key>(messages as Record<Language, Record<Key, Message>>);
