// What the page of themes says, in the console's language.
import { textsThatFollow } from "../../../texts/follow.ts";
import { en } from "./en.ts";
import { ko } from "./ko.ts";

export const { t } = textsThatFollow<keyof typeof en>({ en, ko });
