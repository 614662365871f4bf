// Visits to a protected site: how they are told from sales, and the words that are theirs.
import { NO_CURRENCY } from "../../common/format.ts";
import type { Values } from "../../common/texts.ts";
import type { Drop, Order } from "../api/types.ts";
import { type Key, t, tOr } from "../texts/index.ts";
import { pricesOf } from "./variants.ts";

/** Returns a text. */
export type Say<Known extends string = Key> = (key: Known, values?: Values) => string;
/** Returns a text for a key that may not be known. */
type SayOr<Known extends string> = (key: string, fallback: Known, values: Values) => string;

/** Whether a drop lets into another site, and sells nothing. */
export const isForVisits = ({ fulfilment }: Pick<Drop, "fulfilment">) => fulfilment === "pass";

/** Whether an order is a visit: it has no price. */
export const isVisit = ({ currency }: Pick<Order, "currency">) => currency === NO_CURRENCY;

/** What a drop costs, or the site that it lets into. */
export const priceOf = (drop: Drop) => (isForVisits(drop) ? siteOf(drop) : pricesOf(drop.variants));

const siteOf = ({ site_name, title }: Drop) => site_name ?? title;

/** Returns the look-up of texts for a drop. */
export const sayOf = (drop: Drop): Say => (isForVisits(drop) ? sayOfSite(tOr, siteOf(drop)) : t);

/** Looks a key up with `visit.` before it, where visits have words of their own. */
export function sayOfSite<Known extends string>(tOr: SayOr<Known>, site: string): Say<Known> {
  return (key, values = {}) => tOr(`visit.${key}`, key, { site, ...values });
}
