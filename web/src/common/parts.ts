// Small parts that panels are made of.
import { el } from "./dom.ts";
import type { Panel } from "./panel.ts";

export const link = (href: string, text: string, look = "button quiet") =>
  el("a", { href, class: look }, text);

/** A heading, a sentence, and what to do next: enough for everything that has ended. */
export function notePanel(title: string, hints: (string | null)[], ...next: HTMLElement[]): Panel {
  const heading = el("h2", {}, title);
  const paragraphs = hints.filter((hint): hint is string => hint !== null && hint !== "");
  const root = el(
    "div",
    { class: "note" },
    heading,
    ...paragraphs.map((hint) => el("p", {}, hint)),
    next.length === 0 ? null : el("div", { class: "actions" }, ...next),
  );
  return { root, heading, update: () => {} };
}

/** A definition list of labels and values. */
export function facts(rows: [label: string, value: string][]): HTMLElement {
  return el(
    "dl",
    { class: "facts" },
    ...rows.flatMap(([label, value]) => [el("dt", {}, label), el("dd", {}, value)]),
  );
}
