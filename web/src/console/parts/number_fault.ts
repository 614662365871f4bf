// What is wrong with a typed number, in words.
import { number } from "../../common/format.ts";
import { t } from "../texts/index.ts";
import { numberFault, type Range } from "./numbers.ts";

/** Returns the fault in words, or null; an empty text may be none. */
export function sayNumberFault(text: string, range: Range, mayBeEmpty = false): string | null {
  if (mayBeEmpty && text.trim() === "") return null;
  const fault = numberFault(text, range);
  if (fault === null) return null;
  return t(`number.${fault}`, { min: number(range.min), max: number(range.max) });
}
