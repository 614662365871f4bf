// Small parts that panels are made of.
import { el, setText, show } from "./dom.ts";
import type { Panel } from "./panel.ts";

export const link = (href: string, text: string, look = "button quiet") =>
  el("a", { href, class: look }, text);

/** Somebody's own words, apart from ours: they may be in another language. */
export const quote = (words: string) => el("blockquote", {}, words);

/** What is out of the ordinary: our line, and the words of whoever caused it. */
export function notice(): { root: HTMLElement; write(line: string | null, words: string | null): void } {
  const line = el("strong", {});
  const words = quote("");
  const root = el("div", { class: "notice" }, line, words);
  const put = (element: HTMLElement, text: string | null) => {
    show(element, text !== null && text !== "");
    setText(element, text ?? "");
  };
  const write = (ours: string | null, theirs: string | null) => {
    put(line, ours);
    put(words, theirs);
    show(root, !line.hidden || !words.hidden);
  };
  return { root, write };
}

/** A heading, what there is to say, and what to do next: enough for everything that has ended. */
export function notePanel(
  title: string,
  hints: (string | HTMLElement | null)[],
  ...next: HTMLElement[]
): Panel {
  const heading = el("h2", {}, title);
  const said = hints.filter((hint): hint is string | HTMLElement => hint !== null && hint !== "");
  const root = el(
    "div",
    { class: "note" },
    heading,
    ...said.map((hint) => (typeof hint === "string" ? el("p", {}, hint) : hint)),
    next.length === 0 ? null : el("div", { class: "actions" }, ...next),
  );
  return { root, heading, update: () => {} };
}

/** A definition list of labels and values. */
export function facts(rows: [label: string, value: string][]): HTMLElement {
  return el(
    "dl",
    { class: "facts" },
    ...rows.map(([label, value]) => el("div", { class: "row" }, el("dt", {}, label), el("dd", {}, value))),
  );
}
