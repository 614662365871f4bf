// What somebody in line is told about what is left.
import type { Shown } from "../stream/position.ts";
import { t } from "../texts/index.ts";
import { isServing } from "./mode.ts";
import type { Say } from "./visits.ts";

type Stock = Pick<Shown, "position" | "left" | "held">;

/** Returns what is left for this place, or null while that is not known. */
export function stockText({ position, left, held }: Stock, say: Say = t): string | null {
  if (left === null || held === null) return null;
  const ahead = position - 1;
  if (left > ahead) return say("stock.left", { count: left });
  if (left > 0) return say("stock.few", { left: say("stock.left", { count: left }), ahead });
  if (held === 0) return say("stock.none");
  return say(position === 1 ? "stock.held_first" : "stock.held", { count: held });
}

/** Whether the line moves by itself: while nothing is left or nobody is let in, no time can be told. */
export const isMoving = ({ mode, left }: Pick<Shown, "mode" | "left">) => isServing(mode) && left !== 0;
