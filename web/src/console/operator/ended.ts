// Whether a drop is over for good, or did not open yet.
import type { DropState } from "../api/types.ts";

export const ended = (state: DropState) =>
  state === "sold_out" || state === "closed" || state === "cancelled";

export const toCome = (state: DropState) => state === "draft" || state === "scheduled";
