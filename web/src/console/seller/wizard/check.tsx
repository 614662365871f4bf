// The last step: all of it at once, before it is made.
import { currentLanguage } from "../../../common/language.ts";
import type { Product } from "../../api/seller_types.ts";
import { amount } from "../../format.ts";
import { momentOf, type WallTime } from "../../time/zones.ts";
import { normalShare } from "../lanes/draft.ts";
import { t } from "../texts/index.ts";
import { soldIn, sortOf, type WizardDraft } from "./draft.ts";

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

function rowsOf(draft: WizardDraft, product: Product | null): Row[] {
  const sort = sortOf(draft);
  return [
    [t("what.title"), draft.title],
    [t("what.kind"), t(`what.${draft.kind}`)],
    ...(sort === "sale" ? goodsOf(draft, product) : [[t("what.site"), draft.siteUrl] satisfies Row]),
    [t("times.opens"), draft.opening === "at" ? said(draft.opens) : t(`times.${draft.opening}`)],
    [t("times.closes"), draft.hasEnd && draft.opening !== "later" ? said(draft.closes) : t("times.no_end")],
    [t(`speed.pace.${sort}`), draft.pace],
    [t(`speed.at_once.${sort}`), draft.atOnce],
    ...(sort === "site" ? [[t("speed.visits"), visitsOf(draft)] satisfies Row] : []),
    [t(`speed.minutes.${sort}`), draft.minutes],
    [t("who.title"), t(`who.${draft.who}`)],
    ...(sort === "sale" ? lineOf(draft) : []),
    [t("who.presence"), t(draft.presence ? "yes" : "no")],
  ];
}

const visitsOf = ({ visits }: WizardDraft) => (visits.trim() === "" ? t("speed.visits.no_end") : visits);

function goodsOf(draft: WizardDraft, product: Product | null): Row[] {
  const variantOf = (id: string) => product?.variants.find((variant) => variant.id === id);
  const sold = soldIn(draft).map(([id, units]): Row => {
    const variant = variantOf(id);
    if (variant === undefined) return ["–", units];
    return [
      `${product?.name ?? ""} · ${variant.name}`,
      `${units} × ${amount(variant.price_minor, variant.currency)}`,
    ];
  });
  return [
    ...sold,
    [t(draft.kind === "checkout" ? "units.per_ticket.later" : "units.per_ticket"), draft.unitsPerTicket],
    [t("units.per_customer"), draft.unitsPerCustomer],
  ];
}

function lineOf({ ordersPerSecond, noShows, cooldown, lanes }: WizardDraft): Row[] {
  const shares = lanes.map(({ name, share }): Row => [name, t("lanes.percent", { percent: share })]);
  const normal: Row = [t("lanes.normal"), t("lanes.percent", { percent: normalShare(lanes) })];
  return [
    [t("speed.orders"), ordersPerSecond],
    [t("speed.no_shows"), noShows],
    [t("who.cooldown"), cooldown],
    ...(lanes.length === 0 ? [] : [normal, ...shares]),
  ];
}

/** A time as clocks in its own zone show it. */
function said(time: WallTime): string {
  const ms = momentOf(time);
  if (ms === null) return "–";
  return new Intl.DateTimeFormat(currentLanguage(), {
    dateStyle: "full",
    timeStyle: "long",
    timeZone: time.zone,
  }).format(ms);
}
