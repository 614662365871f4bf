// How many units of a variant are sold.
import type { DropVariant } from "../../api/types.ts";

/** Units are left, held or sold, and nowhere else. */
export const soldOf = ({ units_total, units_left, units_held }: DropVariant) =>
  Math.max(0, (units_total ?? 0) - (units_left ?? 0) - (units_held ?? 0));
