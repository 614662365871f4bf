// Taking a place in line along to another device: a code that works once, for two minutes, to be scanned or typed.
import { el, setText, show } from "../../common/dom.ts";
import { clockTime } from "../../common/format.ts";
import { ApiError } from "../../common/http.ts";
import { handOff } from "../api/storefront.ts";
import type { Handoff } from "../api/types.ts";
import { drawQr } from "../qr/code.ts";
import { t, tOr } from "../texts/handoff.ts";

/** Asks for a new code and shows it in a dialog, which stands behind `beside` for as long as it is open. */
export function showHandoff(dropId: string, beside: HTMLElement): void {
  const code = el("p", { class: "handoff-code" });
  const link = el("a", {});
  const until = el("p", { class: "small" });
  const picture = el("div", { class: "handoff-picture" });
  const given = el("div", { hidden: true }, picture, code, el("p", {}, link), until);
  const problem = el("p", { class: "problem", role: "status" }, t("loading"));
  const close = () => dialog.close();
  const dialog = el(
    "dialog",
    { "aria-labelledby": "handoff" },
    el("h3", { id: "handoff" }, t("line.handoff")),
    el("p", {}, t("line.handoff.hint")),
    given,
    problem,
    el(
      "div",
      { class: "actions" },
      el("button", { type: "button", class: "button", onclick: close }, t("line.handoff.close")),
    ),
  );
  const write = (handoff: Handoff) => {
    setText(code, handoff.code);
    setText(link, addressOf(handoff.url));
    link.href = handoff.url;
    setText(until, t("line.handoff.until", { when: clockTime(Date.parse(handoff.expires_at)) }));
    show(given, true);
    setText(problem, "");
    // Last: without the picture there are still digits to type.
    picture.append(drawQr(handoff.url, t("line.handoff.qr")));
  };
  beside.after(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  handOff(dropId).then(write, (error: unknown) => setText(problem, reasonOf(error)));
}

/** Returns what is typed on the other device: the page, without the code. */
export const addressOf = (url: string) => url.replace(/^https?:\/\//, "").replace(/#.*$/, "");

/** Nothing is tried again by itself here, so that no answer at all is told as any other failure. */
function reasonOf(error: unknown): string {
  const code = error instanceof ApiError && error.status !== 0 ? error.code : "other";
  return tOr(`error.${code}`, "error.other");
}
