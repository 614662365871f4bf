// What the seller console says, in the page's language: its own texts and those of both.
import { en as sharedEn } from "../../texts/en.ts";
import { textsThatFollow } from "../../texts/follow.ts";
import { ko as sharedKo } from "../../texts/ko.ts";
import { en as ownEn } from "./en.ts";
import { ko as ownKo } from "./ko.ts";

const en = { ...sharedEn, ...ownEn };
const ko = { ...sharedKo, ...ownKo };

export type Key = keyof typeof en;
export const { t, tOr, known } = textsThatFollow<Key>({ en, ko });
