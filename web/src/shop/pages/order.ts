// /orders/{id}: one order, and its receipt, with what it is of beside it.
import { byId, el, setText } from "../../common/dom.ts";
import { onLanguageChange } from "../../common/language.ts";
import { PanelHost } from "../../common/panel.ts";
import { link } from "../../common/parts.ts";
import { getDrop } from "../api/storefront.ts";
import type { Order } from "../api/types.ts";
import { t } from "../texts/order.ts";
import { OrderView } from "../view/order.ts";
import { sayOfOrder } from "../view/order_words.ts";
import { placePicture } from "../view/picture.ts";

export function startOrderPage(id: string): void {
  const host = new PanelHost(byId("panel"));
  let isDropShown = false;
  const changed = (order: Order) => {
    setText(byId("subtitle"), order.drop_title);
    document.title = `${sayOfOrder(order)(`order.state.${order.state}`)} · Sluice`;
    if (!isDropShown) void showDrop(order.drop_id);
    isDropShown = true;
  };
  const view = new OrderView(id, host, nextSteps, changed, false, byId("facts"));
  void view.refresh();
  onLanguageChange(() => view.redraw());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void view.refresh();
  });
}

/** Shows the picture of a drop and what is said of it. They are an extra: an order does without. */
async function showDrop(id: string): Promise<void> {
  const drop = await getDrop(id).catch(() => null);
  if (drop === null) return;
  placePicture(byId("picture"), drop);
  setText(byId("description"), drop.description ?? "");
}

function nextSteps(order: Order): HTMLElement[] {
  if (order.state !== "confirmed")
    return [link(`/drops/${order.drop_id}`, sayOfOrder(order)("order.back"), "button")];
  return [el("button", { type: "button", class: "button", onclick: () => print() }, t("order.print"))];
}
