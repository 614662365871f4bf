// How many of those who came got how far.
import type { Numbers, OrderState } from "../../api/types.ts";

export interface Step {
  name: "joined" | "let_in" | "held" | "paid" | "came";
  /** Null while the line cannot be asked. */
  count: number | null;
}

/** Where people were lost on the way. */
export interface Loss {
  name: "left" | "rejected" | "expired" | "payment_failed" | "cancelled" | "revoked";
  count: number;
}

const sum = (orders: Numbers["orders"], states: readonly OrderState[]) =>
  states.reduce((total, state) => total + (orders[state] ?? 0), 0);

/** Returns the steps of a sale, or of a drop that lets into a site. Each has no more people than the last. */
export function funnelOf({ line, orders }: Numbers, sellsUnits: boolean): Step[] {
  const ordered = Object.values(orders).reduce((total, count) => total + count, 0);
  const letIn = ordered + (line?.in_flight ?? 0);
  // A count of the line may be a moment older than that of the orders.
  const joined = line === null ? null : Math.max(line.joined, letIn);
  const start: Step[] = [
    { name: "joined", count: joined },
    { name: "let_in", count: letIn },
  ];
  if (!sellsUnits) return [...start, { name: "came", count: sum(orders, ["redeemed", "visited"]) }];
  const refused = sum(orders, ["rejected", "dead"]);
  return [
    ...start,
    { name: "held", count: ordered - refused },
    { name: "paid", count: sum(orders, ["confirmed"]) },
  ];
}

/** Returns where people were lost; what nobody was lost by is left out. */
export function lossesOf({ line, orders }: Numbers): Loss[] {
  const losses: Loss[] = [
    { name: "left", count: line?.left ?? 0 },
    { name: "rejected", count: sum(orders, ["rejected", "dead"]) },
    { name: "expired", count: sum(orders, ["expired"]) },
    { name: "payment_failed", count: sum(orders, ["payment_failed"]) },
    { name: "cancelled", count: sum(orders, ["cancelled"]) },
    { name: "revoked", count: sum(orders, ["revoked"]) },
  ];
  return losses.filter((loss) => loss.count > 0);
}
