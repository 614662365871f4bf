// Which rooms are listed, as it stands in the address, and how they are sorted.
import type { OperatorDrop } from "../../api/operator_types.ts";
import { DROP_STATES, type DropState } from "../../api/types.ts";

/** `live`: those that are open or will be. */
export const CHOICES = ["live", "all", ...DROP_STATES] as const;
export type Choice = (typeof CHOICES)[number];

export const choiceOf = (name: string | null): Choice => CHOICES.find((choice) => choice === name) ?? "live";

/** Returns the states to ask for; null asks for all at once. */
export function statesOf(choice: Choice): (DropState | null)[] {
  if (choice === "live") return ["open", "scheduled"];
  return choice === "all" ? [null] : [choice];
}

/** Open rooms first, the longest line on top; then those that open next; the rest as they came. */
export function inOrder(rooms: readonly OperatorDrop[]): OperatorDrop[] {
  const group = ({ state }: OperatorDrop) => (state === "open" ? 0 : state === "scheduled" ? 1 : 2);
  return [...rooms].sort((a, b) => {
    if (group(a) !== group(b)) return group(a) - group(b);
    if (group(a) === 0) return (b.waiting ?? 0) - (a.waiting ?? 0);
    if (group(a) === 1) return (a.opens_at ?? "").localeCompare(b.opens_at ?? "");
    return 0;
  });
}

export type Fitness = "stopped" | "held_up" | "fine" | "quiet" | "over";

/** How a room does, in one word. */
export function fitness({ state, mode, waiting, held_up_by }: OperatorDrop): Fitness {
  if (state !== "open") return state === "scheduled" || state === "draft" ? "quiet" : "over";
  if (mode !== "running" && mode !== "drain") return "stopped";
  if (held_up_by !== null) return "held_up";
  return (waiting ?? 0) === 0 ? "quiet" : "fine";
}
