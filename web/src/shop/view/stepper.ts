// A quantity, by one more or one fewer.
import { el, setText } from "../../common/dom.ts";
import { number } from "../../common/format.ts";
import { t } from "../texts/index.ts";

/** From 1 to `max`; `limit` says why no more. What is chosen is kept in `into`, so that it outlives a redraw. */
export function stepper(
  max: number,
  limit: string,
  into: { units: number },
  changed = () => {},
): HTMLElement | null {
  if (max <= 1) return null;
  const output = el("output", { "aria-live": "polite" });
  const fewer = el("button", { type: "button", "aria-label": t("join.fewer") }, "−");
  const more = el("button", { type: "button", "aria-label": t("join.more") }, "+");
  const change = (by: number) => {
    into.units = Math.min(max, Math.max(1, into.units + by));
    setText(output, number(into.units));
    fewer.disabled = into.units === 1;
    more.disabled = into.units === max;
    changed();
  };
  fewer.addEventListener("click", () => change(-1));
  more.addEventListener("click", () => change(1));
  change(0);
  const label = el("span", { id: "units-label" }, t("join.units"));
  const row = el(
    "div",
    { class: "stepper", role: "group", "aria-labelledby": "units-label" },
    fewer,
    output,
    more,
  );
  return el("div", { class: "row units" }, label, row, el("span", { class: "small" }, limit));
}
