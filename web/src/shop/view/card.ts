// What the card of a drop tells in the list.
import type { Drop } from "../api/types.ts";
import { isForVisits } from "./visits.ts";

/** Names all that a drop sells; null where it lets into a site and sells nothing. */
export const namesOf = (drop: Pick<Drop, "fulfilment" | "variants">) =>
  isForVisits(drop) ? null : drop.variants.map(({ name }) => name).join(" · ");
