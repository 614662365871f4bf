// A drop as seen by a shopper who is not in its line.
import { serverNow } from "../../common/clock.ts";
import { el, setText, show } from "../../common/dom.ts";
import { dateTime, digits, duration } from "../../common/format.ts";
import { ownWords } from "../../common/language.ts";
import type { Panel } from "../../common/panel.ts";
import { link, notePanel, notice, quote } from "../../common/parts.ts";
import type { Drop, DropState } from "../api/types.ts";
import { t } from "../texts/index.ts";
import { codeField, laneList } from "./lanes.ts";
import { dropNotice, joinLabel, mayJoin } from "./mode.ts";
import { oddsOfJoining } from "./outlook.ts";
import { stepper } from "./stepper.ts";
import { isChosenLater, variantPicker } from "./variants.ts";
import { isForVisits, sayOf } from "./visits.ts";

/** Returns the state at a moment of the server's clock, so that an opening needs no request. */
export function stateNow(drop: Drop, nowMs: number): DropState {
  const opensMs = drop.opens_at ? Date.parse(drop.opens_at) : Number.POSITIVE_INFINITY;
  const closesMs = drop.closes_at ? Date.parse(drop.closes_at) : Number.POSITIVE_INFINITY;
  if (drop.state === "scheduled" && nowMs >= opensMs && nowMs < closesMs) return "open";
  if ((drop.state === "open" || drop.state === "scheduled") && nowMs >= closesMs) return "closed";
  return drop.state;
}

/**
 * Whether nobody can join any more: the line gives the `reason` of its end a moment before the drop has it. One that
 * is sold out may be that of a variant alone.
 */
export const isOver = (drop: Drop, reason: string | null, nowMs: number) =>
  reason === "closed" ||
  reason === "cancelled" ||
  !["draft", "scheduled", "open"].includes(stateNow(drop, nowMs));

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
  const file = link(`/v1/drops/${drop.id}/calendar.ics`, t("drop.calendar"), "button link");
  root.append(el("p", {}, sayOf(drop)("drop.scheduled.hint")), file);
  const lanes = laneList(drop);
  if (lanes !== null) root.append(lanes);
  return { root, heading, update: () => setText(left, countdown(opensMs - serverNow())) };
}

const countdown = (leftMs: number) => (leftMs < 86_400_000 ? digits(leftMs) : duration(leftMs));

export interface Joining {
  busy: boolean;
  problem: string | null;
  /** The variant and the quantity chosen, and the code typed; they outlive a redraw. */
  variant: string | null;
  units: number;
  code: string;
}

/** Offers the line: what there is to choose, and the button. `read` returns the drop as it is now. */
export function openPanel(read: () => Drop, joining: Joining, join: (units: number) => void): Panel {
  const drop = read();
  const say = sayOf(drop);
  const heading = el("h2", {});
  const news = notice();
  const stock = el("p", { class: "stock" });
  const odds = el("p", { class: "small", id: "odds" });
  const problem = el("p", { class: "problem", role: "status" });
  const button = el("button", { type: "button", class: "button wide", id: "join" });
  button.addEventListener("click", () => join(joining.units));
  const hint = el("p", {}, say("drop.open.hint", { minutes: duration(drop.hold_seconds * 1000) }));
  const variants = variantPicker(read, joining, () => update());
  const root = el(
    "div",
    { class: "note" },
    heading,
    news.root,
    hint,
    stock,
    odds,
    variants.root,
    quantity(drop, joining),
    codeField(drop, joining),
    button,
    problem,
    laneList(drop),
  );
  const update = () => {
    const { mode = "running", mode_until, message, units_left, units_held, odds_percent } = read();
    const isOpen = mayJoin(mode);
    setText(heading, mode === "running" ? say("drop.open.title") : t(joinLabel(mode, false)));
    show(hint, isOpen);
    news.write(dropNotice(mode, mode_until ?? null), ownWords(message));
    const isAllHeld = units_left === 0 && (units_held ?? 0) > 0;
    setText(stock, isAllHeld ? say("stock.held", { count: units_held ?? 0 }) : visitsLeft(read()));
    setText(odds, oddsOfJoining(odds_percent, say));
    variants.update();
    const mustPick = joining.variant === null && isOpen;
    button.disabled = joining.busy || mustPick || !isOpen;
    setText(button, t(mustPick ? "join.pick" : joinLabel(mode, joining.busy)));
    setText(problem, joining.problem ?? "");
  };
  return { root, heading, update };
}

/** Says how many visits are left, where there are only so many. What is left of a sale stands elsewhere. */
const visitsLeft = (drop: Drop): string =>
  isForVisits(drop) && drop.units_left > 0 ? sayOf(drop)("stock.left", { count: drop.units_left }) : "";

/** Asks for the quantity, or says that there will be time for that. */
function quantity(drop: Drop, joining: Joining): HTMLElement | null {
  const count = drop.max_units_per_ticket;
  if (!isChosenLater(drop)) return stepper(count, t("join.units_max", { count }), joining);
  return count > 1 ? el("p", { class: "small" }, t("join.units_later", { count })) : null;
}

/** Says that the drop is over, why, and what to do next. */
export function endedPanel(drop: Drop, state: "sold_out" | "closed" | "cancelled" | "draft"): Panel {
  const say = sayOf(drop);
  const words = endWords(drop);
  const hints = [say(`drop.${state}.hint`), words === null ? null : quote(words)];
  return notePanel(say(`drop.${state}.title`), hints, ...otherDrops(drop));
}

/** Leads on to other drops. Who came for another site has no use for them. */
export const otherDrops = (drop: Drop): HTMLElement[] =>
  isForVisits(drop) ? [] : [link("/", t("drop.next"))];

/** The seller's words at the end: why the drop was cancelled, else the message that stands there. */
export const endWords = (drop: Drop): string | null =>
  (drop.state === "cancelled" ? drop.end_reason : ownWords(drop.message)) ?? null;
