// What of the shop is loaded late.
import { addTexts } from "../texts/index.ts";
import { LatePart } from "./part.ts";

/** What every page says: it comes apart from the script, since a page needs one language alone. */
export const shopTexts = new LatePart(() => addTexts("shop"));

export const dropsPage = new LatePart(() => import("../pages/drops.ts"));
export const handoffPage = new LatePart(() => import("../pages/handoff.ts"));

/** What comes from the turn on, with what it says. */
export const orderPart = new LatePart(async () => {
  const [part] = await Promise.all([import("./order.ts"), addTexts("order")]);
  return part;
});
