// /orders/{id}: the order by itself, and its receipt.
import { onLanguageChange, t } from "../i18n/index.ts";
import { byId, setText } from "../view/dom.ts";
import { OrderView } from "../view/order.ts";
import { PanelHost } from "../view/panel.ts";

export function startOrderPage(id: string): void {
  const host = new PanelHost(byId("panel"));
  const view = new OrderView(id, host, true, (order) => {
    setText(byId("subtitle"), order.drop_title);
    document.title = `${t(`order.state.${order.state}`)} · Sluice`;
  });
  void view.refresh();
  onLanguageChange(() => view.redraw());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void view.refresh();
  });
}
