// What is said of an order that is over: what became of it, and of the money.
import { el } from "../../common/dom.ts";
import type { Panel } from "../../common/panel.ts";
import { link, notePanel, quote } from "../../common/parts.ts";
import type { Order } from "../api/types.ts";
import { type Key, known, t } from "../texts/order.ts";
import { orderFacts, orderHistory } from "./order_facts.ts";
import { sayOfOrder } from "./order_words.ts";
import { isVisit } from "./visits.ts";

type Ended = Pick<Order, "state" | "drop_state" | "refund">;

/**
 * Returns the keys of the title and of the hints. Money that goes back is named whatever the state: an
 * order may have been confirmed, or have failed, and the money was taken all the same.
 */
export function endKeys({ state, drop_state, refund }: Ended): [title: Key, ...hints: Key[]] {
  if (refund) {
    const title = state === "confirmed" ? "order.refunded.title" : (`order.state.${state}` as const);
    return [title, refund === "done" ? "order.refund.done" : "order.refund.pending"];
  }
  const keys: [Key, Key] = [`order.state.${state}`, `order.hint.${state}`];
  if (state !== "confirmed") return keys;
  return [...keys, drop_state === "cancelled" ? "order.stays_valid" : "order.next"];
}

/**
 * Shows an order that is over, and what to do `next`. Its facts are shown with it, unless there is a place for
 * them `beside` it.
 */
export function endPanel(order: Order, next: HTMLElement[], beside: HTMLElement | null): Panel {
  const say = sayOfOrder(order);
  const [title, ...keys] = endKeys(order);
  const hints = keys.map((key) => say(key));
  const reasonKey = known(`order.reason.${order.reason}`, `order.hint.${order.state}`);
  const reason = order.reason ? say(reasonKey) : null;
  const ownReason = reason === null || hints.includes(reason) ? null : reason;
  const words = order.drop_state === "cancelled" ? order.drop_end_reason : null;
  const panel = notePanel(say(title), [ownReason, ...hints, words ? quote(words) : null]);
  panel.root.classList.add(title === "order.state.confirmed" ? "happy" : "over");
  const all = [orderFacts(order), orderHistory(order)];
  if (beside === null) panel.root.append(...all);
  else beside.replaceChildren(...all);
  const others = isVisit(order) ? [] : [link("/", t("drop.next"))];
  panel.root.append(el("div", { class: "actions" }, ...next, ...others));
  return panel;
}
