// The receipt's rows and the order's history.
import { el } from "../../common/dom.ts";
import { clockTime, dateTime, money, number } from "../../common/format.ts";
import { facts } from "../../common/parts.ts";
import { ORDER_STATES, type Order } from "../api/types.ts";
import { t, tOr } from "../texts/index.ts";

export function orderFacts(order: Order): HTMLElement {
  return facts([
    [t("order.item"), order.drop_title],
    [t("order.units"), number(order.units)],
    [t("order.amount"), money(order.amount_minor, order.currency)],
    [t("order.placed"), dateTime(Date.parse(order.created_at))],
    [t("order.number"), order.id],
  ]);
}

export function orderHistory(order: Order): HTMLElement {
  const known = (order.timeline ?? []).filter(({ state }) => ORDER_STATES.some((name) => name === state));
  const rows = known.map(({ state, at, reason }) => {
    const time = el("time", { datetime: at }, clockTime(Date.parse(at)));
    const step = state === "reserved" && reason === "declined" ? "declined" : state;
    return el("li", {}, time, el("span", {}, tOr(`order.step.${step}`, "order.title")));
  });
  if (rows.length === 0) return el("div", {});
  return el("section", { class: "history" }, el("h3", {}, t("order.history")), el("ol", {}, ...rows));
}
