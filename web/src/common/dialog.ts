// A question before something that can't be undone.
import { el, setText } from "./dom.ts";

export interface Question {
  title: string;
  hint: string;
  yes: string;
  no: string;
  failed: string;
  /** Does it; false if that didn't work, and the question stays. */
  act(): Promise<boolean>;
}

/** Returns the dialog; `showModal` asks. */
export function questionDialog({ title, hint, yes, no, failed, act }: Question): HTMLDialogElement {
  const problem = el("p", { class: "problem", role: "status" });
  const stay = el("button", { type: "button", class: "button", onclick: () => dialog.close() }, no);
  const go = el("button", { type: "button", class: "button quiet" }, yes);
  go.addEventListener("click", async () => {
    go.disabled = true;
    const done = await act();
    go.disabled = false;
    if (done) dialog.close();
    else setText(problem, failed);
  });
  const heading = el("h3", { id: "question" }, title);
  const dialog = el(
    "dialog",
    { "aria-labelledby": "question" },
    heading,
    el("p", {}, hint),
    problem,
    el("div", { class: "actions" }, stay, go),
  );
  return dialog;
}
