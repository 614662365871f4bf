// A new product with its variants: what can be bought, at which price, and how many there are.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Attempt } from "../../api/attempt.ts";
import { createProduct, putProductPicture } from "../../api/seller.ts";
import type { Product, ProductInput } from "../../api/seller_types.ts";
import { AreaField, NumberField, TextField } from "../../parts/fields.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Submit } from "../../parts/submit.tsx";
import { useAct } from "../../state/act.ts";
import { pictureFault } from "../pictures/check.ts";
import { FileField } from "../pictures/form.tsx";
import { t } from "../texts/index.ts";
import {
  emptyProduct,
  emptyVariant,
  isProduct,
  isTouched,
  type ProductDraft,
  type ProductFault,
  productBody,
  type VariantDraft,
  variantFault,
} from "./check.ts";

const MAX_VARIANTS = 100;

/** `onMade` is told of a product once it is there, and again once it has its picture. */
export function ProductForm({ onMade }: { onMade: (product: Product) => void }) {
  const { busy, refusal, run } = useAct();
  const attempt = useRef(new Attempt<ProductInput>());
  const draft = useSignal<ProductDraft>(emptyProduct());
  const file = useSignal<File | null>(null);
  // A field for files cannot be emptied but by another one.
  const round = useSignal(0);
  const made = useSignal<string | null>(null);
  const { name, description, variants } = draft.value;
  const fault = file.value === null ? null : pictureFault(file.value);
  const change = (part: Partial<ProductDraft>) => {
    draft.value = { ...draft.value, ...part };
    made.value = null;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const [content, picture] = [draft.peek(), file.peek()];
    if (!isProduct(content) || fault !== null) return;
    void run(async () => {
      const product = await attempt.current.send(content, () => productBody(content), createProduct);
      draft.value = emptyProduct();
      file.value = null;
      round.value += 1;
      made.value = product.name;
      onMade(product);
      if (picture !== null) onMade(await putProductPicture(product.id, picture));
    });
  };
  const add = () => {
    const last = variants.at(-1);
    change({ variants: [...variants, emptyVariant((last?.id ?? 0) + 1, last?.currency)] });
  };
  return (
    <form onSubmit={submit}>
      <TextField
        label={t("product.name")}
        maxLength={200}
        value={name}
        set={(text) => change({ name: text })}
      />
      <AreaField
        label={t("product.description")}
        maxLength={5_000}
        value={description}
        set={(text) => change({ description: text })}
      />
      {variants.map((variant) => (
        <VariantFields
          key={variant.id}
          variant={variant}
          set={(next) => change({ variants: variants.map((one) => (one.id === next.id ? next : one)) })}
          remove={
            variants.length === 1
              ? null
              : () => change({ variants: variants.filter((one) => one.id !== variant.id) })
          }
        />
      ))}
      <p>
        <button type="button" class="button quiet" disabled={variants.length >= MAX_VARIANTS} onClick={add}>
          {t("product.add_variant")}
        </button>
      </p>
      <FileField
        key={round.value}
        hint={t("picture.hint.product")}
        fault={fault === null ? null : t(`picture.fault.${fault}`)}
        set={(chosen) => {
          file.value = chosen;
        }}
      />
      <Problem refusal={refusal} />
      <Submit busy={busy} lack={fault === null ? lackOf(draft.value) : t("form.faulty")}>
        {t("product.create")}
      </Submit>
      <output class={made.value === null ? undefined : "notice good"}>
        {made.value !== null && t("product.done", { name: made.value })}
      </output>
    </form>
  );
}

function lackOf(draft: ProductDraft): string | null {
  if (draft.name.trim() === "") return t("product.lack.name");
  if (!draft.variants.every(isTouched)) return t("product.lack.variant");
  return isProduct(draft) ? null : t("form.faulty");
}

interface VariantFieldsProps {
  variant: VariantDraft;
  set: (variant: VariantDraft) => void;
  remove: (() => void) | null;
}

function VariantFields({ variant, set, remove }: VariantFieldsProps) {
  // Nobody is told that what they have not written yet is wrong.
  const fault = isTouched(variant) ? variantFault(variant) : null;
  const said = (of: ProductFault) => (fault === of ? t(`product.fault.${of}`) : null);
  return (
    <fieldset class="variant">
      <legend>{t("product.variant")}</legend>
      <TextField
        label={t("product.variant.name")}
        maxLength={200}
        value={variant.name}
        fault={said("name")}
        set={(name) => set({ ...variant, name })}
      />
      <div class="filters">
        <NumberField
          label={t("product.price")}
          hint={t("product.price.hint")}
          value={variant.price}
          fault={said("price")}
          set={(price) => set({ ...variant, price })}
        />
        <TextField
          label={t("product.currency")}
          maxLength={3}
          value={variant.currency}
          fault={said("currency")}
          set={(currency) => set({ ...variant, currency: currency.toUpperCase() })}
        />
        <NumberField
          label={t("product.stock")}
          value={variant.stock}
          fault={said("stock")}
          set={(stock) => set({ ...variant, stock })}
        />
      </div>
      {remove !== null && (
        <button type="button" class="button quiet" onClick={remove}>
          {t("product.remove_variant")}
        </button>
      )}
    </fieldset>
  );
}
