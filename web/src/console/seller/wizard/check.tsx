// The last step: all of it at once, before it is made.
import { duration } from "../../../common/format.ts";
import type { Product } from "../../api/seller_types.ts";
import { amount, exactly, share, wallMoment } from "../../format.ts";
import { numberOf } from "../../parts/numbers.ts";
import { momentOf, type WallTime } from "../../time/zones.ts";
import { cooldown } from "../drop/settings_rows.ts";
import { normalShare } from "../lanes/draft.ts";
import { t } from "../texts/index.ts";
import { secondsOf } from "./body.ts";
import { originsOf, soldIn, sortOf, type WizardDraft } from "./draft.ts";

interface CheckStepProps {
  draft: WizardDraft;
  product: Product | null;
}

type Row = [label: string, value: string];

export function CheckStep({ draft, product }: CheckStepProps) {
  return (
    <dl class="facts">
      {rowsOf(draft, product).map(([label, value], n) => (
        // Two variants may have one name.
        <div class="row" key={`${n} ${label}`}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function rowsOf(draft: WizardDraft, product: Product | null): Row[] {
  const sort = sortOf(draft);
  return [
    [t("what.title"), typed(draft.title)],
    [t("what.kind"), t(`what.${draft.kind}`)],
    ...(sort === "sale" ? [...describedOf(draft), ...goodsOf(draft, product)] : siteOf(draft)),
    [t("times.opens"), draft.opening === "at" ? said(draft.opens) : t(`times.${draft.opening}`)],
    [t("times.closes"), draft.hasEnd && draft.opening !== "later" ? said(draft.closes) : t("times.no_end")],
    [t(`speed.pace.${sort}`), figure(draft.pace)],
    [t(`speed.at_once.${sort}`), figure(draft.atOnce)],
    ...(sort === "site" ? [[t("speed.visits"), visitsOf(draft)] satisfies Row] : []),
    [
      t(sort === "sale" ? "settings.hold" : "settings.visit"),
      figure(draft.minutes, () => duration(secondsOf(draft.minutes) * 1_000)),
    ],
    [t("who.title"), t(`who.${draft.who}`)],
    ...(sort === "sale" ? lineOf(draft) : []),
    [t("who.presence"), t(draft.presence ? "yes" : "no")],
  ];
}

/** Rows of what may be left out stand here only if it was not. */
const describedOf = ({ description }: WizardDraft): Row[] =>
  description.trim() === "" ? [] : [[t("what.description"), description]];

function siteOf(draft: WizardDraft): Row[] {
  const origins = originsOf(draft);
  const site: Row = [t("what.site"), typed(draft.siteUrl)];
  return origins.length === 0 ? [site] : [site, [t("what.origins"), origins.join(" · ")]];
}

const visitsOf = ({ visits }: WizardDraft) =>
  visits.trim() === "" ? t("speed.visits.no_end") : figure(visits);

function goodsOf(draft: WizardDraft, product: Product | null): Row[] {
  const variantOf = (id: string) => product?.variants.find((variant) => variant.id === id);
  const sold = soldIn(draft).map(([id, units]): Row => {
    const variant = variantOf(id);
    if (variant === undefined) return ["–", figure(units)];
    return [
      `${product?.name ?? ""} · ${variant.name}`,
      `${figure(units)} × ${amount(variant.price_minor, variant.currency)}`,
    ];
  });
  return [
    ...(sold.length === 0 ? [[t("units.units"), "–"] satisfies Row] : sold),
    [
      t(draft.kind === "checkout" ? "units.per_ticket.later" : "units.per_ticket"),
      figure(draft.unitsPerTicket),
    ],
    [t("units.per_customer"), figure(draft.unitsPerCustomer)],
  ];
}

function lineOf({ ordersPerSecond, noShows, cooldown: wait, lanes }: WizardDraft): Row[] {
  const shares = lanes.map((lane): Row => [typed(lane.name), t("lanes.percent", { percent: lane.share })]);
  const normal: Row = [t("lanes.normal"), t("lanes.percent", { percent: normalShare(lanes) })];
  return [
    [t("speed.orders"), figure(ordersPerSecond)],
    [t("speed.no_shows"), figure(noShows, (value) => share(value, 100))],
    [t("settings.cooldown"), figure(wait, () => cooldown(secondsOf(wait)))],
    ...(lanes.length === 0 ? [] : [normal, ...shares]),
  ];
}

const typed = (text: string) => (text.trim() === "" ? "–" : text);

/** A number as the page writes them; what is none stays as it was typed. */
function figure(text: string, say: (value: number) => string = exactly): string {
  const value = numberOf(text);
  return value === null ? typed(text) : say(value);
}

/** A time as clocks in its own zone show it. */
function said(time: WallTime): string {
  const ms = momentOf(time);
  return ms === null ? "–" : wallMoment(ms, time.zone);
}
