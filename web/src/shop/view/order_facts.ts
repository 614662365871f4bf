// The receipt's rows and the order's history.
import { el } from "../../common/dom.ts";
import { clockTime, dateTime, money, number } from "../../common/format.ts";
import { facts } from "../../common/parts.ts";
import { ORDER_STATES, type Order } from "../api/types.ts";
import { known, t } from "../texts/order.ts";
import { sayOfOrder } from "./order_words.ts";
import { isVisit } from "./visits.ts";

/** Why an order may be held once more. */
const HELD_STEPS = ["declined", "units_chosen"];

export function orderFacts(order: Order): HTMLElement {
  const say = sayOfOrder(order);
  return facts([
    ...itemRows(order),
    ...(isVisit(order) ? [] : bought(order)),
    [say("order.placed"), dateTime(Date.parse(order.created_at))],
    [say("order.number"), order.id],
  ]);
}

/** What the order is for. */
export function itemRows(order: Order): [string, string][] {
  const item: [string, string] = [sayOfOrder(order)("order.item"), order.drop_title];
  const { variant_name } = order;
  return isVisit(order) || !variant_name ? [item] : [item, [t("order.variant"), variant_name]];
}

const bought = (order: Order): [string, string][] => [
  [t("order.units"), number(order.units)],
  [t("order.amount"), money(order.amount_minor, order.currency)],
];

export function orderHistory(order: Order): HTMLElement {
  const say = sayOfOrder(order);
  const steps = (order.timeline ?? []).filter(({ state }) => ORDER_STATES.some((name) => name === state));
  const rows = steps.map(({ state, at, reason }) => {
    const time = el("time", { datetime: at }, clockTime(Date.parse(at)));
    const step = state === "reserved" && HELD_STEPS.some((one) => one === reason) ? reason : state;
    return el("li", {}, time, el("span", {}, say(known(`order.step.${step}`, "order.title"))));
  });
  if (rows.length === 0) return el("div", {});
  return el("section", { class: "history" }, el("h3", {}, t("order.history")), el("ol", {}, ...rows));
}
