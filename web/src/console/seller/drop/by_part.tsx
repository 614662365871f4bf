// How a drop does variant by variant, and how its line is shared.
import { number } from "../../../common/format.ts";
import type { DropVariant, Lane } from "../../api/types.ts";
import { amount, share } from "../../format.ts";
import { Table } from "../../parts/table.tsx";
import { t } from "../texts/index.ts";
import { soldOf } from "./sold.ts";

export function ByVariant({ variants }: { variants: readonly DropVariant[] }) {
  return (
    <section class="tile panel" aria-label={t("variants.title")}>
      <h2>{t("variants.title")}</h2>
      <Table
        caption={t("variants.title")}
        empty={t("variants.none")}
        rows={variants}
        rowKey={(variant) => variant.id}
        columns={[
          { title: t("product.variant"), cell: ({ name }) => name },
          {
            title: t("product.price"),
            isFigure: true,
            cell: ({ price_minor, currency }) => amount(price_minor, currency),
          },
          { title: t("variants.left"), isFigure: true, cell: ({ units_left }) => number(units_left ?? 0) },
          { title: t("variants.held"), isFigure: true, cell: ({ units_held }) => number(units_held ?? 0) },
          { title: t("figure.sold"), isFigure: true, cell: (variant) => <Sold variant={variant} /> },
        ]}
      />
    </section>
  );
}

function Sold({ variant }: { variant: DropVariant }) {
  const sold = soldOf(variant);
  return (
    <>
      {number(sold)} <small class="line">{share(sold, variant.units_total ?? 0)}</small>
    </>
  );
}

export function ByLane({ lanes }: { lanes: readonly Lane[] }) {
  if (lanes.length === 0) return null;
  return (
    <section class="tile panel" aria-label={t("lanes.title")}>
      <h2>{t("lanes.title")}</h2>
      <dl class="facts">
        {lanes.map(({ lane, name, share_percent }) => (
          <div class="row" key={lane}>
            <dt>{name ?? t("lanes.normal")}</dt>
            <dd>{t("lanes.percent", { percent: share_percent })}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
