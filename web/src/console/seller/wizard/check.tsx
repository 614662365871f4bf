// The last step: all of it at once, before it is made.
import { currentLanguage } from "../../../common/language.ts";
import type { Product } from "../../api/seller_types.ts";
import { amount } from "../../format.ts";
import { momentOf, type WallTime } from "../../time/zones.ts";
import { t } from "../texts/index.ts";
import type { WizardDraft } from "./draft.ts";

interface CheckStepProps {
  draft: WizardDraft;
  products: readonly Product[];
}

export function CheckStep({ draft, products }: CheckStepProps) {
  return (
    <dl class="facts">
      {rowsOf(draft, products).map(([label, value]) => (
        <div class="row" key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function rowsOf(draft: WizardDraft, products: readonly Product[]): [string, string][] {
  const kind = draft.kind;
  const product = products.find((one) => one.id === draft.productId);
  const variant = product?.variants.find((one) => one.id === draft.variantId);
  const sold = variant === undefined ? "–" : `${product?.name ?? ""} · ${variant.name}`;
  const price = variant === undefined ? "–" : amount(variant.price_minor, variant.currency);
  const ofSale: [string, string][] = [
    [t("what.variant"), sold],
    [t("product.price"), price],
    [t("units.units"), draft.units],
    [t("units.per_ticket"), draft.unitsPerTicket],
    [t("units.per_customer"), draft.unitsPerCustomer],
    [t("speed.orders"), draft.ordersPerSecond],
  ];
  return [
    [t("what.title"), draft.title],
    ...(kind === "auto" ? ofSale : ([[t("what.site"), draft.siteUrl]] as [string, string][])),
    [t("times.opens"), draft.opening === "at" ? said(draft.opens) : t(`times.${draft.opening}`)],
    [t("times.closes"), draft.hasEnd && draft.opening !== "later" ? said(draft.closes) : t("times.no_end")],
    [t(`speed.pace.${kind}`), draft.pace],
    [t(`speed.at_once.${kind}`), draft.atOnce],
    [t(`speed.minutes.${kind}`), draft.minutes],
    [t("who.title"), t(draft.membersOnly ? "who.members" : "who.everybody")],
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
