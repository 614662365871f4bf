// The waiting room: the position, the progress, and the way out.
import { el, setText, show } from "../../common/dom.ts";
import { duration, number, percent, roughDuration } from "../../common/format.ts";
import type { Panel } from "../../common/panel.ts";
import type { Drop } from "../api/types.ts";
import type { Connection } from "../stream/machine.ts";
import { progressOf, type Shown } from "../stream/position.ts";
import { t } from "../texts/index.ts";

/** What the panel reads each time it is updated. */
export interface WaitingFacts {
  shown: Shown | null;
  connection: Connection | null;
  leftMs: number | null;
  rebuilding: boolean;
}

export function waitingPanel(drop: Drop, read: () => WaitingFacts, leave: () => Promise<boolean>): Panel {
  const heading = el("h2", {}, t("line.title"));
  const position = el("strong", { id: "position" });
  const water = el("div", { class: "water" });
  const gauge = el("div", { class: "gauge" }, water, el("span", {}, t("line.position")), position);
  const ahead = el("p", { class: "ahead" });
  const waiting = el("p", { class: "small", id: "waiting" });
  const progress = el("progress", { max: "100", "aria-label": t("line.progress") });
  const progressText = el("span", {});
  const left = el("span", {});
  const notice = el("p", { class: "notice" });
  const connectionText = el("p", { class: "connection" });
  const hold = duration(drop.hold_seconds * 1000);
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
    notice,
    el("div", { class: "progress" }, progress, el("p", { class: "small" }, progressText, left)),
    el("p", { class: "small keep" }, t("line.keep", { minutes: hold })),
    el("div", { class: "foot" }, connectionText, leaveButton),
    dialog,
  );
  const update = () => {
    const { shown, connection, leftMs, rebuilding } = read();
    writeConnection(connectionText, connection);
    const text = noticeText(shown, rebuilding);
    show(notice, text !== null);
    setText(notice, text ?? "");
    setText(position, shown === null ? "…" : number(shown.position));
    if (shown === null) return;
    const done = progressOf(shown);
    water.style.setProperty("--level", String(done));
    progress.value = Math.round(done * 100);
    setText(progressText, t("line.progress_text", { percent: percent(done) }));
    setText(
      left,
      leftMs === null ? t("line.left_unknown") : t("line.left_about", { duration: roughDuration(leftMs) }),
    );
    setText(ahead, shown.position <= 1 ? t("line.first") : t("line.ahead", { count: shown.position - 1 }));
    setText(waiting, t("line.waiting", { count: shown.waiting }));
  };
  return { root, heading, update };
}

/** Returns the most important news, if anything is out of the ordinary. */
function noticeText(shown: Shown | null, rebuilding: boolean): string | null {
  if (rebuilding) return t("line.rebuilding");
  if (shown === null) return null;
  const mode = shown.mode === "running" ? null : t(`line.mode.${shown.mode}`);
  const parts = [shown.message, mode];
  if (mode === null && shown.rise !== null) parts.push(t(`line.rise.${shown.rise}`));
  return parts.filter((part) => part !== null && part !== "").join(" ") || null;
}

function writeConnection(element: HTMLElement, connection: Connection | null): void {
  const phase = connection?.phase ?? "connecting";
  const polling = phase === "live" && connection?.transport === "polling";
  element.dataset.phase = phase;
  setText(element, t(polling ? "connection.polling" : `connection.${phase}`));
}

function leaveDialog(leave: () => Promise<boolean>): HTMLDialogElement {
  const title = el("h3", { id: "leave-title" }, t("line.leave.title"));
  const problem = el("p", { class: "problem", role: "status" });
  const stay = el(
    "button",
    { type: "button", class: "button", onclick: () => dialog.close() },
    t("line.leave.no"),
  );
  const go = el("button", { type: "button", class: "button quiet" }, t("line.leave.yes"));
  go.addEventListener("click", async () => {
    go.disabled = true;
    const left = await leave();
    go.disabled = false;
    if (!left) setText(problem, t("line.leave.failed"));
    else dialog.close();
  });
  const dialog = el(
    "dialog",
    { "aria-labelledby": "leave-title" },
    title,
    el("p", {}, t("line.leave.hint")),
    problem,
    el("div", { class: "actions" }, stay, go),
  );
  return dialog;
}
