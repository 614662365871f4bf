// What a drop was set to, row by row.
import { duration, number } from "../../../common/format.ts";
import type { Drop } from "../../api/types.ts";
import { exactly, share, wallMoment } from "../../format.ts";
import { ownZone } from "../../time/zones.ts";
import { t } from "../texts/index.ts";

type Row = [label: string, value: string];

/** A drop does not tell by how many percent no-shows may be made up for: its numbers do. */
export function settingsOf(drop: Drop, noShowPercent: number): Row[] {
  const isSite = drop.fulfilment === "pass";
  const perSecond = drop.admission_rate_per_second;
  return [
    [t("what.kind"), t(`what.${drop.fulfilment}`)],
    ...(isSite ? [] : unitsOf(drop)),
    [t("times.opens"), momentOr("–", drop.opens_at)],
    [t("times.closes"), momentOr(t("times.no_end"), drop.closes_at)],
    [t(isSite ? "speed.pace.site" : "speed.pace.sale"), exactly(isSite ? perSecond * 60 : perSecond)],
    [t(isSite ? "speed.at_once.site" : "speed.at_once.sale"), number(drop.occupancy_cap)],
    ...(isSite ? [] : ordersOf(drop, noShowPercent)),
    ...(typeof drop.max_visits === "number"
      ? [[t("speed.visits"), number(drop.max_visits)] satisfies Row]
      : []),
    [t(isSite ? "settings.visit" : "settings.hold"), duration(drop.hold_seconds * 1_000)],
    [t("who.title"), whoOf(drop)],
    [t("who.presence"), t(drop.presence ? "yes" : "no")],
    ...(drop.lanes ?? []).map(
      (lane): Row => [lane.name ?? t("lanes.normal"), t("lanes.percent", { percent: lane.share_percent })],
    ),
  ];
}

function unitsOf(drop: Drop): Row[] {
  const isLater = drop.fulfilment === "checkout";
  return [
    [t(isLater ? "units.per_ticket.later" : "units.per_ticket"), number(drop.max_units_per_ticket)],
    [t("units.per_customer"), number(drop.max_units_per_customer)],
    [t("settings.cooldown"), cooldown(drop.cooldown_seconds)],
  ];
}

const ordersOf = (drop: Drop, noShowPercent: number): Row[] => [
  [t("speed.orders"), exactly(drop.order_rate_per_second)],
  [t("speed.no_shows"), share(noShowPercent, 100)],
];

const momentOr = (none: string, at: string | null) =>
  at === null ? none : wallMoment(Date.parse(at), ownZone());

/** Says how long nobody joins again after an unpaid hold. */
export const cooldown = (seconds: number) =>
  seconds === 0 ? t("settings.no_cooldown") : duration(seconds * 1_000);

/** Both may be asked for at a time. */
function whoOf({ members_only, invite_only }: Drop): string {
  const asked = [members_only ? t("who.members") : "", invite_only ? t("who.invited") : ""].filter(Boolean);
  return asked.length === 0 ? t("who.everybody") : asked.join(" · ");
}
