// Whether a drop is over for good.
import type { DropState } from "../api/types.ts";

export const ended = (state: DropState) =>
  state === "sold_out" || state === "closed" || state === "cancelled";
