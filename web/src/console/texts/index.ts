// What both consoles say, in the page's language.
import { en } from "./en.ts";
import { textsThatFollow } from "./follow.ts";
import { ko } from "./ko.ts";

export type Key = keyof typeof en;
export const { t, tOr, known } = textsThatFollow<Key>({ en, ko });
