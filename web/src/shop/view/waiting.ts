// The waiting room: the position, what is left, the progress, and the way out.
import { questionDialog } from "../../common/dialog.ts";
import { el, setText, show } from "../../common/dom.ts";
import { duration, number, percent } from "../../common/format.ts";
import { ownWords } from "../../common/language.ts";
import type { Panel } from "../../common/panel.ts";
import { notice } from "../../common/parts.ts";
import { isOffline } from "../../common/shell.ts";
import type { Drop } from "../api/types.ts";
import type { Connection } from "../stream/machine.ts";
import { progressOf, type Shown } from "../stream/position.ts";
import { t } from "../texts/index.ts";
import { bell } from "./bell.ts";
import { laneText } from "./lanes.ts";
import { isServing, lineNotice } from "./mode.ts";
import { moveButton } from "./move.ts";
import { oddsText, slowedText, timeText } from "./outlook.ts";
import { isMoving, stockText } from "./stock.ts";
import { waitedForText } from "./variants.ts";
import { sayOf } from "./visits.ts";

/** What the panel reads each time it is updated. */
export interface WaitingFacts {
  shown: Shown | null;
  connection: Connection | null;
  rebuilding: boolean;
  /** The lane that the ticket stands in, once that is known. */
  lane: number | null;
  /** The variant that the ticket is for, if that is known. */
  variant: string | null;
  /** Whether the turn had passed, and the shopper is back at the old place. */
  away: boolean;
}

export function waitingPanel(drop: Drop, read: () => WaitingFacts, leave: () => Promise<boolean>): Panel {
  const heading = el("h2", {}, t("line.title"));
  const position = el("strong", { id: "position" });
  const water = el("div", { class: "water" });
  const gauge = el("div", { class: "gauge" }, water, el("span", {}, t("line.position")), position);
  const ahead = el("p", { class: "ahead" });
  const waiting = el("p", { class: "small", id: "waiting" });
  const inLane = el("p", { class: "small", id: "lane" });
  const waitedFor = el("p", { class: "small", id: "variant" });
  const stock = el("p", { class: "stock", id: "stock" });
  const odds = el("p", { class: "small", id: "odds" });
  const way = wayToGo();
  const news = notice();
  const connectionText = el("p", { class: "connection" });
  const hold = duration(drop.hold_seconds * 1000);
  const say = sayOf(drop);
  const dialog = leaveDialog(leave);
  const leaveButton = el("button", { type: "button", class: "button quiet" }, t("line.leave"));
  leaveButton.addEventListener("click", () => dialog.showModal());
  const root = el(
    "div",
    { class: "line" },
    heading,
    gauge,
    ahead,
    waiting,
    inLane,
    waitedFor,
    stock,
    odds,
    news.root,
    way.root,
    el("p", { class: "small keep" }, say("line.keep", { minutes: hold })),
    bell(),
    el("div", { class: "foot" }, connectionText, moveButton(drop.id), leaveButton),
    dialog,
  );
  const update = () => {
    const { shown, connection, rebuilding, lane, variant, away } = read();
    writeConnection(connectionText, connection);
    setText(inLane, laneText(drop, lane) ?? "");
    setText(waitedFor, waitedForText(drop, variant) ?? "");
    news.write(lineOf(shown, rebuilding, away), rebuilding ? null : ownWords(shown?.message));
    const text = shown === null ? "…" : number(shown.position);
    setText(position, text);
    position.style.setProperty("--length", String(text.length));
    if (shown === null) return;
    water.style.setProperty("--level", String(progressOf(shown)));
    // Neither progress nor a time is shown while the line doesn't move.
    show(way.root, isMoving(shown) && !rebuilding);
    way.write(shown);
    setText(heading, t(shown.standby ? "line.standby" : "line.title"));
    setText(ahead, shown.position <= 1 ? t("line.first") : t("line.ahead", { count: shown.position - 1 }));
    setText(waiting, t("line.waiting", { count: shown.waiting }));
    setText(stock, stockText(shown, say) ?? "");
    setText(odds, oddsText(shown.odds, say) ?? "");
  };
  return { root, heading, update };
}

/** The progress and the time left. */
function wayToGo(): { root: HTMLElement; write(shown: Shown): void } {
  const progress = el("progress", { max: "100", "aria-label": t("line.progress") });
  const done = el("span", {});
  const left = el("span", { id: "time" });
  const slowed = el("p", { class: "small" });
  const root = el(
    "div",
    { class: "progress" },
    progress,
    el("p", { class: "small row" }, done, left),
    slowed,
  );
  const write = (shown: Shown) => {
    // Who was first from the start had no way to go.
    for (const part of [progress, done]) show(part, shown.start > 1);
    const share = progressOf(shown);
    progress.value = Math.round(share * 100);
    setText(done, t("line.progress_text", { percent: percent(share) }));
    setText(left, timeText(shown.eta));
    setText(slowed, slowedText(shown) ?? "");
  };
  return { root, write };
}

/** Returns the most important news, if anything is out of the ordinary. */
function lineOf(shown: Shown | null, rebuilding: boolean, away: boolean): string | null {
  if (rebuilding) return t("line.rebuilding");
  if (shown === null) return null;
  if (!isServing(shown.mode)) return lineNotice(shown.mode, shown.until);
  if (away) return t("line.missed");
  if (shown.rise !== null) return t(`line.rise.${shown.rise}`);
  return lineNotice(shown.mode, shown.until);
}

/** Nothing is live without a network, whatever the stream has noticed. */
function writeConnection(element: HTMLElement, connection: Connection | null): void {
  const phase = isOffline() ? "offline" : (connection?.phase ?? "connecting");
  const polling = phase === "live" && connection?.transport === "polling";
  element.dataset.phase = phase;
  setText(element, t(polling ? "connection.polling" : `connection.${phase}`));
}

const leaveDialog = (act: () => Promise<boolean>) =>
  questionDialog({
    title: t("line.leave.title"),
    hint: t("line.leave.hint"),
    yes: t("line.leave.yes"),
    no: t("line.leave.no"),
    failed: t("line.leave.failed"),
    act,
  });
