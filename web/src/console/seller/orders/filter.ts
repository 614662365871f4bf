// Which orders are listed, as it stands in the address, and the file that has them all.
import { queryOf } from "../../api/call.ts";
import type { OrderFilter } from "../../api/seller.ts";
import { ORDER_STATES, type OrderState } from "../../api/types.ts";
import { momentOf, rfc3339, wallOf } from "../../time/zones.ts";

/** States of orders that buy units, and of those that lead into a site. */
const OF_SITES: readonly OrderState[] = ["passed", "redeemed", "visited", "revoked", "expired", "cancelled"];
const OF_UNITS: readonly OrderState[] = ORDER_STATES.filter(
  (state) => !["passed", "redeemed", "visited", "revoked"].includes(state),
);

export const statesOf = (sellsUnits: boolean) => (sellsUnits ? OF_UNITS : OF_SITES);

/** Reads a filter from an address; what is not one of its values stands for all. */
export function filterOf(query: URLSearchParams): OrderFilter {
  const state = query.get("state");
  const at = (name: string) => {
    const ms = Date.parse(query.get(name) ?? "");
    return Number.isNaN(ms) ? null : rfc3339(ms);
  };
  return {
    state: ORDER_STATES.find((known) => known === state) ?? null,
    joined_from: at("from"),
    joined_before: at("before"),
  };
}

/** What a date field shows for a moment of the address, and the other way round. */
export const wallIn = (at: string | null, zone: string) => (at === null ? "" : wallOf(Date.parse(at), zone));

export function momentIn(local: string, zone: string): string | null {
  const ms = momentOf({ local, zone, isLater: false });
  return ms === null ? null : rfc3339(ms);
}

/** Where all orders of a drop that the filter lets through are a file. */
export const fileOf = (dropId: string, filter: OrderFilter) =>
  `/v1/seller/drops/${dropId}/orders.csv${queryOf({ ...filter })}`;
