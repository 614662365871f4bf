// What the states of an order mean to the pages.
import type { Order, OrderState } from "../api/types.ts";

const UNDER_WAY: readonly OrderState[] = ["authorizing", "authorized", "capturing"];
const LET_IN: readonly OrderState[] = ["passed", "redeemed"];

/** Whether the bank is at work. */
export const isUnderWay = (state: OrderState) => UNDER_WAY.includes(state);

/** Whether its shopper may be on a protected site. */
export const isLetIn = (state: OrderState) => LET_IN.includes(state);

export const isFinal = (state: OrderState) => state !== "reserved" && !isUnderWay(state) && !isLetIn(state);

/** As long as a stream tells of changes, this often will do: what it told may have been lost. */
const SAFETY_NET_MS = 20_000;

/** How long until the next poll: short while the bank works, long while the shopper thinks. */
export function pauseMs(order: Pick<Order, "state"> | null, polls: number, isTold: boolean): number {
  if (isTold) return SAFETY_NET_MS;
  if (order === null || isUnderWay(order.state)) return Math.min(1_000 + polls * 100, 4_000);
  return 5_000;
}
