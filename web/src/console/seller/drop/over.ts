// Whether a drop is over for good.
import type { Drop } from "../../api/types.ts";

export const isOver = ({ state }: Drop) =>
  state === "sold_out" || state === "closed" || state === "cancelled";
