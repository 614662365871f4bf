// /orders/{id}: one order, and its receipt.
import { byId, el, setText } from "../../common/dom.ts";
import { onLanguageChange } from "../../common/language.ts";
import { PanelHost } from "../../common/panel.ts";
import { link } from "../../common/parts.ts";
import type { Order } from "../api/types.ts";
import { t } from "../texts/order.ts";
import { OrderView } from "../view/order.ts";
import { sayOfOrder } from "../view/order_words.ts";

export function startOrderPage(id: string): void {
  const host = new PanelHost(byId("panel"));
  const view = new OrderView(id, host, nextSteps, (order) => {
    setText(byId("subtitle"), order.drop_title);
    document.title = `${sayOfOrder(order)(`order.state.${order.state}`)} · Sluice`;
  });
  void view.refresh();
  onLanguageChange(() => view.redraw());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void view.refresh();
  });
}

function nextSteps(order: Order): HTMLElement[] {
  if (order.state !== "confirmed") return [link(`/drops/${order.drop_id}`, order.drop_title, "button")];
  return [el("button", { type: "button", class: "button", onclick: () => print() }, t("order.print"))];
}
