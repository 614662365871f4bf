// Taking a place in line along to another device: a code that works once, for two minutes, to be scanned or typed.
import { el, setText, show } from "../../common/dom.ts";
import { clockTime } from "../../common/format.ts";
import { ApiError } from "../../common/http.ts";
import { handOff } from "../api/storefront.ts";
import type { Handoff } from "../api/types.ts";
import { t, tOr } from "../texts/index.ts";

/** Returns the dialog; `ask` opens it with a new code. */
export function handoffDialog(dropId: string): { dialog: HTMLDialogElement; ask(): void } {
  const code = el("p", { class: "handoff-code" });
  const link = el("a", {});
  const until = el("p", { class: "small" });
  const picture = el("div", { class: "handoff-picture" });
  const given = el("div", { hidden: true }, picture, code, el("p", {}, link), until);
  const problem = el("p", { class: "problem", role: "status" });
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
    // Without the picture there are still digits to type.
    drawInto(picture, handoff.url).catch(() => {});
  };
  const ask = () => {
    show(given, false);
    setText(problem, t("loading"));
    dialog.showModal();
    handOff(dropId).then(write, (error: unknown) => setText(problem, reasonOf(error)));
  };
  return { dialog, ask };
}

/** Draws what the other device scans, unless another code has come before the drawing was loaded. */
async function drawInto(picture: HTMLElement, url: string): Promise<void> {
  picture.replaceChildren();
  picture.dataset.url = url;
  const { drawQr } = await import("../qr/code.ts");
  if (picture.dataset.url === url) picture.replaceChildren(drawQr(url, t("line.handoff.qr")));
}

/** Returns what is typed on the other device: the page, without the code. */
export const addressOf = (url: string) => url.replace(/^https?:\/\//, "").replace(/#.*$/, "");

function reasonOf(error: unknown): string {
  const code = error instanceof ApiError ? error.code : "other";
  return tOr(`error.${code}`, "error.other");
}
