// /handoff: another device's code is typed here, and its place in line goes on in this browser.
import "../late/shared.ts";
import { byId, el, setText } from "../../common/dom.ts";
import { ApiError } from "../../common/http.ts";
import { onLanguageChange } from "../../common/language.ts";
import { type Panel, PanelHost } from "../../common/panel.ts";
import { takeOver } from "../api/storefront.ts";
import { t, tOr } from "../texts/handoff.ts";
import { noteSession, noteTicket } from "./remembered.ts";

export function startHandoffPage(): void {
  const host = new PanelHost(byId("panel"));
  let typed = location.hash.slice(1);
  const changed = (text: string) => {
    typed = text;
  };
  const draw = (redraw: boolean) => host.show("handoff", () => codePanel(typed, changed), redraw);
  draw(false);
  onLanguageChange(() => draw(true));
}

/** Nothing is taken over before somebody says so: the code may have come with a link of anybody's. */
function codePanel(typed: string, changed: (text: string) => void): Panel {
  const heading = el("h2", {}, t("handoff.title"));
  const problem = el("p", { class: "problem", role: "status" });
  const input = el("input", {
    id: "code",
    class: "handoff-code",
    inputmode: "numeric",
    autocomplete: "one-time-code",
    maxlength: "20",
    required: true,
    value: typed,
  });
  input.addEventListener("input", () => changed(input.value));
  const go = el("button", { type: "submit", class: "button" }, t("handoff.take"));
  const form = el(
    "form",
    {},
    el("label", { for: "code" }, t("handoff.code")),
    input,
    problem,
    el("div", { class: "actions" }, go),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    setText(problem, "");
    const reason = await take(input.value);
    go.disabled = false;
    if (reason !== null) setText(problem, reason);
  });
  const root = el("div", { class: "note" }, heading, el("p", {}, t("handoff.hint")), form);
  return { root, heading, update: () => {} };
}

/** Goes on to the line; says why not if that is refused. */
async function take(code: string): Promise<string | null> {
  try {
    const { drop_id } = await takeOver(code.trim());
    noteSession();
    noteTicket(drop_id);
    location.assign(`/drops/${drop_id}`);
    return null;
  } catch (error) {
    // Nothing is tried again by itself here, so that no answer at all is told as any other failure.
    const refusal = error instanceof ApiError && error.status !== 0 ? error.code : "other";
    // A code has eight digits, or is none.
    return tOr(`error.${refusal === "invalid_fields" ? "handoff_refused" : refusal}`, "error.other");
  }
}
