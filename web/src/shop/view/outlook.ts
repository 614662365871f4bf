// What somebody in line is told to expect: how long it takes, why longer than it was said to, and how likely
// a unit is. The last is told before one joins, too.
import { percent, roughRange } from "../../common/format.ts";
import type { Eta, Outlook } from "../stream/outlook.ts";
import { t } from "../texts/index.ts";
import type { Say } from "./visits.ts";

/** Odds from here on are good, and below there they are slim. */
const GOOD = 70;
const SLIM = 30;
/** The best odds that are told. */
const SURE = 95;
/** Shorter waits are not worth a reason. */
const SHORT_S = 60;

export const timeText = (eta: Eta | null): string =>
  eta === null
    ? t("line.left_unknown")
    : t("line.left_about", { duration: roughRange(eta.p50S * 1000, eta.p90S * 1000) });

/** Returns why it takes longer than it was said to, if it does and that is worth a word. */
export function slowedText({ slowed, eta }: Pick<Outlook, "slowed" | "eta">): string | null {
  if (slowed === null || eta === null || eta.p90S < SHORT_S) return null;
  return t(`line.eta.${slowed.reason}`);
}

/** Returns how likely a unit is; null where none is waited for. */
export function oddsText(odds: number | null, say: Say = t): string | null {
  if (odds === null) return null;
  if (odds >= SURE) return say("odds.sure");
  if (odds <= 0) return say("odds.none");
  const key = odds >= GOOD ? "odds.good" : odds >= SLIM ? "odds.fair" : "odds.slim";
  return say(key, { percent: percent(odds / 100) });
}

/** Returns how likely a unit is for whoever joins now; empty while that is not known. */
export function oddsOfJoining(odds: number | null = null, say: Say = t): string {
  const text = oddsText(odds, say);
  return text === null ? "" : t("odds.join", { odds: text });
}
