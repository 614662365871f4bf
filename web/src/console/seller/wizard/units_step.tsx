// How many of each variant are sold, and how many one person may have.
import { number } from "../../../common/format.ts";
import type { Product, Variant } from "../../api/seller_types.ts";
import { amount } from "../../format.ts";
import { NumberField } from "../../parts/fields.tsx";
import { t } from "../texts/index.ts";
import type { StepProps } from "./step_props.ts";

export function UnitsStep({ draft, say, change, product }: StepProps & { product: Product | null }) {
  const fault = say("units");
  const isLater = draft.kind === "checkout";
  const set = (id: string, typed: string) => change({ units: { ...draft.units, [id]: typed } });
  return (
    <>
      <fieldset class="variant">
        <legend>{t("units.units")}</legend>
        <p class="hint">{t(product === null ? "units.no_product" : "units.units.hint")}</p>
        {product?.variants.map((variant) => (
          <NumberField
            key={variant.id}
            label={variant.name}
            hint={stockOf(variant)}
            value={draft.units[variant.id] ?? ""}
            fault={say(`units:${variant.id}`)}
            set={(typed) => set(variant.id, typed)}
          />
        ))}
        {fault !== null && <p class="fault">{fault}</p>}
      </fieldset>
      <NumberField
        label={t(isLater ? "units.per_ticket.later" : "units.per_ticket")}
        hint={isLater ? t("units.per_ticket.later.hint") : undefined}
        value={draft.unitsPerTicket}
        fault={say("unitsPerTicket")}
        set={(unitsPerTicket) => change({ unitsPerTicket })}
      />
      <NumberField
        label={t("units.per_customer")}
        value={draft.unitsPerCustomer}
        fault={say("unitsPerCustomer")}
        set={(unitsPerCustomer) => change({ unitsPerCustomer })}
      />
    </>
  );
}

const stockOf = ({ price_minor, currency, stock }: Variant) =>
  t("units.of_stock", { price: amount(price_minor, currency), count: number(stock) });
