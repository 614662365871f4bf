// The receipt's rows and the order's history.
import { announceNow } from "../../common/announce.ts";
import { serverNow } from "../../common/clock.ts";
import { el, setText } from "../../common/dom.ts";
import { clockTime, dateTime, money, number } from "../../common/format.ts";
import { facts } from "../../common/parts.ts";
import { ORDER_STATES, type Order, type OrderState } from "../api/types.ts";
import { known, t } from "../texts/order.ts";
import { sayOfOrder } from "./order_words.ts";
import { isVisit } from "./visits.ts";

type Kind = Pick<Order, "state" | "currency">;

/** Why an order may be held once more. */
const HELD_STEPS = ["declined", "units_chosen"];
/** How an order ends that was never bought, and a visit whose shopper was never let in. */
const NOT_BOUGHT: readonly OrderState[] = ["rejected", "dead", "expired", "payment_failed"];
const NOT_LET_IN: readonly OrderState[] = ["rejected", "dead"];

/** Whether it has a time at which it was ordered, or its shopper let in. */
export const wasPlaced = (order: Kind) => !(isVisit(order) ? NOT_LET_IN : NOT_BOUGHT).includes(order.state);

/** Whether there is an order, or a pass, that its number stands for. Who asks about a fault of ours needs it. */
export const hasNumber = (order: Kind) => (isVisit(order) ? wasPlaced(order) : order.state !== "rejected");

export function orderFacts(order: Order): HTMLElement {
  const say = sayOfOrder(order);
  const placed: [string, string] = [say("order.placed"), dateTime(Date.parse(order.created_at))];
  const list = facts([
    ...itemRows(order),
    ...(isVisit(order) ? [] : bought(order)),
    ...(wasPlaced(order) ? [placed] : []),
  ]);
  if (hasNumber(order)) list.append(numberRow(order.id, say("order.number")));
  return list;
}

/** The end of an order's id, which its seller sees as well: the beginning is a time, which many orders share. */
export const shortNumber = (id: string) => id.slice(-8);

/** The short number, and a button that copies the whole one. */
function numberRow(id: string, label: string): HTMLElement {
  const shown = el("span", { title: id }, shortNumber(id));
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(id);
      setText(button, t("order.copied"));
      announceNow(t("order.copied"));
    } catch {
      // Where the browser forbids it there is the whole number to select.
      setText(shown, id);
    }
  };
  const button = el("button", { type: "button", class: "button link", onclick: copy }, t("order.copy"));
  return el("div", { class: "row" }, el("dt", {}, label), el("dd", {}, shown, button));
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

/** Formats when a step was: with its day unless that is today, on the reader's clock. */
export function stepTime(ms: number, nowMs: number): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  return (isToday ? clockTime : dateTime)(ms);
}

export function orderHistory(order: Order): HTMLElement {
  const say = sayOfOrder(order);
  const steps = (order.timeline ?? []).filter(({ state }) => ORDER_STATES.some((name) => name === state));
  const rows = steps.map(({ state, at, reason }) => {
    const time = el("time", { datetime: at }, stepTime(Date.parse(at), serverNow()));
    const step = state === "reserved" && HELD_STEPS.some((one) => one === reason) ? reason : state;
    return el("li", { class: "row" }, time, el("span", {}, say(known(`order.step.${step}`, "order.title"))));
  });
  if (rows.length === 0) return el("div", {});
  return el("section", { class: "history" }, el("h3", {}, t("order.history")), el("ol", {}, ...rows));
}
