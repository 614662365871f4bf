// What is told, and what works, while an operator does not let a drop run as usual.
import { serverNow } from "../../common/clock.ts";
import { dateTime } from "../../common/format.ts";
import type { Mode } from "../api/types.ts";
import { type Key, t } from "../texts/index.ts";

/** Whether people are let in. */
export const isServing = (mode: Mode) => mode === "running" || mode === "drain";

/** Whether the button works. Whoever presses it during a hold is put in line once that is over. */
export const mayJoin = (mode: Mode) => mode === "running" || mode === "paused" || mode === "hold";

/** What the button says. */
export function joinLabel(mode: Mode, busy: boolean): Key {
  if (busy) return "join.busy";
  if (mayJoin(mode)) return "join.button";
  return mode === "drain" ? "join.drain" : "join.stopped";
}

/** Returns what is out of the ordinary for those who look at a drop, or null. */
export function dropNotice(mode: Mode, until: string | null): string | null {
  if (mode === "running") return null;
  const when = mode === "maintenance" ? ahead(until) : null;
  return when === null ? t(`drop.${mode}`) : t("drop.maintenance_until", { when });
}

/** Returns what is out of the ordinary for those in line, or null. */
export function lineNotice(mode: Mode, until: string | null): string | null {
  if (mode === "running") return null;
  const when = mode === "maintenance" ? ahead(until) : null;
  return when === null ? t(`line.mode.${mode}`) : t("line.mode.maintenance_until", { when });
}

/** A moment that has passed is not told: nobody knows when it goes on. */
function ahead(until: string | null): string | null {
  const ms = Date.parse(until ?? "");
  return ms > serverNow() ? dateTime(ms) : null;
}
