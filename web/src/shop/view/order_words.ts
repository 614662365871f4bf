// The words for an order: a visit has some of its own.
import type { Order } from "../api/types.ts";
import { type Key, t, tOr } from "../texts/order.ts";
import { isVisit, type Say, sayOfSite } from "./visits.ts";

/** Returns the look-up of texts for an order. */
export const sayOfOrder = (order: Order): Say<Key> => (isVisit(order) ? sayOfSite(tOr, order.drop_title) : t);
