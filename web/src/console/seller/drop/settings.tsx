// What a drop was set to: most of it stays as it was promised.
import { duration, number } from "../../../common/format.ts";
import type { Drop } from "../../api/types.ts";
import { rate } from "../../format.ts";
import { t } from "../texts/index.ts";

type Row = [label: string, value: string];

export function Settings({ drop }: { drop: Drop }) {
  return (
    <section class="tile panel" aria-label={t("settings.title")}>
      <h2>{t("settings.title")}</h2>
      <dl class="facts">
        {rowsOf(drop).map(([label, value], n) => (
          // Lanes may have any name.
          <div class="row" key={`${n} ${label}`}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function rowsOf(drop: Drop): Row[] {
  const isSite = drop.fulfilment === "pass";
  const perSecond = drop.admission_rate_per_second;
  return [
    [t("what.kind"), t(`what.${drop.fulfilment}`)],
    ...(isSite ? [] : unitsOf(drop)),
    [t(isSite ? "speed.pace.site" : "speed.pace.sale"), rate(isSite ? perSecond * 60 : perSecond)],
    [t(isSite ? "speed.at_once.site" : "speed.at_once.sale"), number(drop.occupancy_cap)],
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

/** Says how long nobody joins again after an unpaid hold. */
export const cooldown = (seconds: number) =>
  seconds === 0 ? t("settings.no_cooldown") : duration(seconds * 1_000);

/** Both may be asked for at a time. */
function whoOf({ members_only, invite_only }: Drop): string {
  const asked = [members_only ? t("who.members") : "", invite_only ? t("who.invited") : ""].filter(Boolean);
  return asked.length === 0 ? t("who.everybody") : asked.join(" · ");
}
