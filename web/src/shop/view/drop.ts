// A drop as seen by a shopper who is not in its line.
import { serverNow } from "../../common/clock.ts";
import { el, setText, show } from "../../common/dom.ts";
import { dateTime, digits, duration, number } from "../../common/format.ts";
import type { Panel } from "../../common/panel.ts";
import { link, notePanel } from "../../common/parts.ts";
import type { Drop, DropState } from "../api/types.ts";
import { t } from "../texts/index.ts";

/** Returns the state at a moment of the server's clock, so that an opening needs no request. */
export function stateNow(drop: Drop, nowMs: number): DropState {
  const opensMs = drop.opens_at ? Date.parse(drop.opens_at) : Number.POSITIVE_INFINITY;
  const closesMs = drop.closes_at ? Date.parse(drop.closes_at) : Number.POSITIVE_INFINITY;
  if (drop.state === "scheduled" && nowMs >= opensMs && nowMs < closesMs) return "open";
  if ((drop.state === "open" || drop.state === "scheduled") && nowMs >= closesMs) return "closed";
  return drop.state;
}

/** Counts down to the opening. */
export function scheduledPanel(drop: Drop): Panel {
  const heading = el("h2", {}, t("drop.scheduled.title"));
  const opensMs = Date.parse(drop.opens_at ?? "");
  const left = el("strong", {});
  const root = el("div", { class: "note" }, heading);
  if (!Number.isNaN(opensMs)) {
    const when = el("span", {}, t("drop.opens_at", { when: dateTime(opensMs) }));
    root.append(el("div", { class: "timer", role: "timer" }, el("span", {}, t("drop.opens_in")), left, when));
  }
  root.append(el("p", {}, t("drop.scheduled.hint")));
  return { root, heading, update: () => setText(left, countdown(opensMs - serverNow())) };
}

const countdown = (leftMs: number) => (leftMs < 86_400_000 ? digits(leftMs) : duration(leftMs));

export interface Joining {
  busy: boolean;
  problem: string | null;
}

/** Offers the line: a quantity where there is a choice, and the button. */
export function openPanel(drop: Drop, joining: Joining, join: (units: number) => void): Panel {
  const heading = el("h2", {}, t("drop.open.title"));
  const notice = el("p", { class: "notice" });
  const problem = el("p", { class: "problem", role: "status" });
  const units = stepper(drop.max_units_per_ticket);
  const button = el("button", { type: "button", class: "button wide", id: "join" });
  button.addEventListener("click", () => join(units.value()));
  const hint = t("drop.open.hint", { minutes: duration(drop.hold_seconds * 1000) });
  const root = el("div", { class: "note" }, heading, notice, el("p", {}, hint), units.root, button, problem);
  const update = () => {
    const mode = drop.mode === "paused" ? t("drop.paused") : drop.mode === "stopped" ? t("drop.stopped") : "";
    const notices = [drop.message ?? "", mode].filter((text) => text !== "");
    show(notice, notices.length > 0);
    setText(notice, notices.join(" "));
    button.disabled = joining.busy;
    setText(button, t(joining.busy ? "join.busy" : "join.button"));
    setText(problem, joining.problem ?? "");
  };
  return { root, heading, update };
}

function stepper(max: number): { root: HTMLElement | null; value(): number } {
  if (max <= 1) return { root: null, value: () => 1 };
  let units = 1;
  const output = el("output", { "aria-live": "polite" }, number(units));
  const fewer = el("button", { type: "button", "aria-label": t("join.fewer") }, "−");
  const more = el("button", { type: "button", "aria-label": t("join.more") }, "+");
  const change = (by: number) => {
    units = Math.min(max, Math.max(1, units + by));
    setText(output, number(units));
    fewer.disabled = units === 1;
    more.disabled = units === max;
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
  const limit = el("span", { class: "small" }, t("join.units_max", { count: max }));
  return { root: el("div", { class: "units" }, label, row, limit), value: () => units };
}

/** Says that the drop is over, why, and what to do next. */
export function endedPanel(drop: Drop, state: "sold_out" | "closed" | "cancelled" | "draft"): Panel {
  const hints = [drop.message ?? null, t(`drop.${state}.hint`)];
  return notePanel(t(`drop.${state}.title`), hints, link("/", t("drop.next")));
}
