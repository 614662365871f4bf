// The first step: what the drop sells, or which site it lets into.
import type { Product } from "../../api/seller_types.ts";
import { AreaField, ChoiceField, SelectField, TextField } from "../../parts/fields.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Loading } from "../../parts/small.tsx";
import type { Paged } from "../../state/pages.ts";
import { ProductForm } from "../products/form.tsx";
import { isVisits } from "../products/visits.ts";
import { t } from "../texts/index.ts";
import { type Kind, ofKind, sortOf, withProduct } from "./draft.ts";
import type { StepProps } from "./step_props.ts";

export function WhatStep({ draft, say, change, products }: StepProps & { products: Paged<Product> }) {
  return (
    <>
      <ChoiceField<Kind>
        label={t("what.kind")}
        value={draft.kind}
        options={[
          { value: "auto", label: t("what.auto"), hint: t("what.auto.hint") },
          { value: "checkout", label: t("what.checkout"), hint: t("what.checkout.hint") },
          { value: "pass", label: t("what.pass"), hint: t("what.pass.hint") },
        ]}
        set={(kind) => change(ofKind(draft, kind))}
      />
      {sortOf(draft) === "sale" ? (
        <ProductField draft={draft} say={say} change={change} products={products} />
      ) : (
        <SiteFields draft={draft} say={say} change={change} />
      )}
      <TextField
        label={t("what.title")}
        maxLength={200}
        value={draft.title}
        fault={say("title")}
        set={(title) => change({ title })}
      />
      {sortOf(draft) === "sale" && (
        <AreaField
          label={t("what.description")}
          maxLength={5_000}
          value={draft.description}
          set={(description) => change({ description })}
        />
      )}
    </>
  );
}

function ProductField({ draft, say, change, products }: StepProps & { products: Paged<Product> }) {
  if (products.rows === null)
    return products.refusal === null ? (
      <Loading />
    ) : (
      <Problem refusal={products.refusal} retry={products.refresh} />
    );
  const known = products.rows.filter((product) => !isVisits(product));
  const named = known.map(({ id, name }) => ({ value: id, label: name }));
  const choose = (id: string) =>
    change(
      withProduct(
        draft,
        known.find((product) => product.id === id),
        known,
      ),
    );
  return (
    <>
      <SelectField
        label={t("what.product")}
        fault={say("product")}
        value={draft.productId}
        options={[{ value: "", label: t("what.choose") }, ...named]}
        set={choose}
      />
      {products.hasMore && (
        <button type="button" class="button quiet" disabled={products.busy} onClick={products.more}>
          {t("list.more")}
        </button>
      )}
    </>
  );
}

interface NewProductProps {
  /** Whether there is no other to choose. */
  isNeeded: boolean;
  onMade: (product: Product) => void;
}

/** A form of its own, behind that of the drop. */
export function NewProduct({ isNeeded, onMade }: NewProductProps) {
  return (
    <details class="tile panel" open={isNeeded}>
      <summary>{t("product.new")}</summary>
      <ProductForm onMade={onMade} />
    </details>
  );
}

function SiteFields({ draft, say, change }: StepProps) {
  return (
    <>
      <TextField
        label={t("what.site")}
        hint={t("what.site.hint")}
        type="url"
        maxLength={500}
        value={draft.siteUrl}
        fault={say("siteUrl")}
        set={(siteUrl) => change({ siteUrl })}
      />
      <AreaField
        label={t("what.origins")}
        hint={t("what.origins.hint")}
        value={draft.origins}
        fault={say("origins")}
        set={(origins) => change({ origins })}
      />
    </>
  );
}
