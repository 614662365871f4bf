// The bank is at work: nothing to do but wait.
import { el } from "../../common/dom.ts";
import type { Panel } from "../../common/panel.ts";
import type { OrderState } from "../api/types.ts";
import { t } from "../texts/order.ts";
import { isUnderWay } from "./order_state.ts";

/** Shows how far a payment is; `read` returns the state as it is now, and what stands in the way. */
export function underWayPanel(read: () => { state: OrderState; problem: string | null }): Panel {
  const heading = el("h2", {});
  const hint = el("p", {});
  const root = el("div", { class: "note under-way" }, el("div", { class: "flow" }), heading, hint);
  const update = () => {
    const { state, problem } = read();
    if (!isUnderWay(state)) return;
    heading.textContent = t(`order.state.${state}`);
    hint.textContent = problem ?? t(`order.hint.${state}`);
  };
  return { root, heading, update };
}
