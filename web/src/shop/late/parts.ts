// What of the shop is loaded late.
import { addTexts } from "../texts/index.ts";
import { LatePart } from "./part.ts";
import { orderTexts } from "./texts.ts";

/** The list of drops, with what it says. */
export const dropsPage = new LatePart(async () => {
  const [page] = await Promise.all([import("../pages/drops.ts"), addTexts("list")]);
  return page;
});

/** What takes a place along to another device, with what it says. */
export const handoffPart = new LatePart(async () => {
  const [part] = await Promise.all([import("./handoff.ts"), addTexts("handoff")]);
  return part;
});

/** Where that place is taken over. */
export const handoffPage = new LatePart(async () => {
  const [page] = await Promise.all([import("../pages/handoff.ts"), addTexts("handoff")]);
  return page;
});

/** What comes from the turn on, with what it says. */
export const orderPart = new LatePart(async () => {
  const [part] = await Promise.all([import("./order.ts"), orderTexts.load()]);
  return part;
});
