// How long something lasts, as it is told within a sentence.
import { duration } from "../../../common/format.ts";

/** Formats seconds as a duration, each figure on one line with its unit. */
export const lasts = (seconds: number) => duration(seconds * 1_000).replace(/(\d) /g, "$1\u00a0");
