// "You can go in now": the way to a protected site, and until when one may stay.
import { serverNow } from "../../common/clock.ts";
import { el, setText } from "../../common/dom.ts";
import { clockTime } from "../../common/format.ts";
import type { Panel } from "../../common/panel.ts";
import type { Order } from "../api/types.ts";
import { type Key, t } from "../texts/order.ts";
import type { Entering } from "./entering.ts";

/** Returns what there is to do: wait a moment, press the button, or know that the pass was used. */
export function passHint(state: Order["state"], goesByItself: boolean): Key {
  if (state === "redeemed") return "order.hint.redeemed";
  return goesByItself ? "order.hint.passed" : "pass.by_hand";
}

/** Shows a pass, used or not; `over` is called once its time is up. */
export function passPanel(order: Order, entering: Entering, over: () => void): Panel {
  const heading = el("h2", {}, t(`order.state.${order.state}`));
  const hint = el("p", {});
  const until = el("p", { class: "small" });
  const problem = el("p", { class: "problem", role: "status" });
  const button = el("button", { type: "button", class: "button wide", id: "go-in" });
  button.addEventListener("click", () => void entering.go());
  const root = el("div", { class: "note happy" }, heading, hint, until, button, problem);
  const endsMs = order.hold_expires_at ? Date.parse(order.hold_expires_at) : Number.POSITIVE_INFINITY;
  let isOver = false;
  const update = () => {
    setText(hint, t(passHint(order.state, entering.goesByItself)));
    setText(until, untilText(endsMs));
    setText(button, t(entering.busy ? "pass.going" : "pass.go", { site: order.drop_title }));
    button.disabled = entering.busy;
    setText(problem, entering.problem ?? "");
    if (serverNow() >= endsMs && !isOver) {
      isOver = true;
      over();
    }
  };
  return { root, heading, update };
}

function untilText(endsMs: number): string {
  if (!Number.isFinite(endsMs)) return "";
  return serverNow() < endsMs ? t("pass.until", { when: clockTime(endsMs) }) : t("pass.over");
}
