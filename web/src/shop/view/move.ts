// The way to another device. What shows it is loaded once somebody asks for it: few do.
import { el, setText } from "../../common/dom.ts";
import { handoffPart } from "../late/parts.ts";
import { t } from "../texts/index.ts";

export function moveButton(dropId: string): HTMLElement {
  const button = el("button", { type: "button", class: "button quiet" }, t("line.handoff"));
  let isLoading = false;
  button.addEventListener("click", async () => {
    if (isLoading) return;
    isLoading = true;
    setText(button, t("loading"));
    const { showHandoff } = await handoffPart.untilLoaded(() => {});
    isLoading = false;
    setText(button, t("line.handoff"));
    // The turn may have come meanwhile.
    if (button.isConnected) showHandoff(dropId, button);
  });
  return button;
}
