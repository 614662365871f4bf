// The shop's texts, in the page's language.
import { textsOf } from "../../common/texts.ts";
import { en, type Key } from "./en.ts";
import { ko } from "./ko.ts";

export type { Key };
export const { format, t, tOr, known } = textsOf<Key>({ en, ko });
