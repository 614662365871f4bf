// /orders/{id}: the order by itself, and its receipt.
import type { Order } from "../api/types.ts";
import { onLanguageChange, t } from "../i18n/index.ts";
import { byId, el, setText } from "../view/dom.ts";
import { link } from "../view/facts.ts";
import { OrderView } from "../view/order.ts";
import { PanelHost } from "../view/panel.ts";

export function startOrderPage(id: string): void {
  const host = new PanelHost(byId("panel"));
  const view = new OrderView(id, host, nextSteps, (order) => {
    setText(byId("subtitle"), order.drop_title);
    document.title = `${t(`order.state.${order.state}`)} · Sluice`;
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
