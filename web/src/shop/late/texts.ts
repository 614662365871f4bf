// What pages say: it comes apart from the script, since a page needs one language alone.
import { addTexts } from "../texts/index.ts";
import { LatePart } from "./part.ts";

/** What every page says. */
export const shopTexts = new LatePart(() => addTexts("shop"));

/** What is said from the turn on, and of all orders. */
export const orderTexts = new LatePart(() => addTexts("order"));
