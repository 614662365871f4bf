// The receipt's rows and the order's history.
import { ORDER_STATES, type Order } from "../api/types.ts";
import { clockTime, dateTime, money, number, t, tOr } from "../i18n/index.ts";
import { el } from "./dom.ts";
import { facts } from "./facts.ts";

export function orderFacts(order: Order): HTMLElement {
  return facts([
    ["order.item", order.drop_title],
    ["order.units", number(order.units)],
    ["order.amount", money(order.amount_minor, order.currency)],
    ["order.placed", dateTime(Date.parse(order.created_at))],
    ["order.number", order.id],
  ]);
}

export function orderHistory(order: Order): HTMLElement {
  const known = (order.timeline ?? []).filter(({ state }) => ORDER_STATES.some((name) => name === state));
  const rows = known.map(({ state, at }) => {
    const time = el("time", { datetime: at }, clockTime(Date.parse(at)));
    return el("li", {}, time, el("span", {}, tOr(`order.step.${state}`, "order.title")));
  });
  if (rows.length === 0) return el("div", {});
  return el("section", { class: "history" }, el("h3", {}, t("order.history")), el("ol", {}, ...rows));
}
