// How the list of drops is parted: one's own places, what is open, what is to come, and what is over.
import type { Drop, DropState } from "../api/types.ts";
import { stateNow } from "./drop.ts";

const GROUPS = ["mine", "open", "soon", "past"] as const;
export type Group = (typeof GROUPS)[number];

/** Returns the groups that have drops, as the page has them; `isMine` tells where the shopper has a place. */
export function groupsOf(drops: Drop[], isMine: (drop: Drop) => boolean, nowMs: number): [Group, Drop[]][] {
  const groupOf = (drop: Drop) => (isMine(drop) ? "mine" : groupIn(stateNow(drop, nowMs)));
  const groups = GROUPS.map((group): [Group, Drop[]] => [
    group,
    drops.filter((drop) => groupOf(drop) === group),
  ]);
  return groups.filter(([, found]) => found.length > 0);
}

function groupIn(state: DropState): Group {
  if (state === "open") return "open";
  return state === "scheduled" || state === "draft" ? "soon" : "past";
}
