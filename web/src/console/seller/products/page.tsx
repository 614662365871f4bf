// A seller's products, and new ones.
import { useSignal } from "@preact/signals";
import { number } from "../../../common/format.ts";
import { deleteProductPicture, editProduct, listProducts, putProductPicture } from "../../api/seller.ts";
import type { Product } from "../../api/seller_types.ts";
import { amount } from "../../format.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { AreaField, TextField } from "../../parts/fields.tsx";
import { Page } from "../../parts/page.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Moment } from "../../parts/small.tsx";
import { PagedTable } from "../../parts/table.tsx";
import { useAct } from "../../state/act.ts";
import { bound } from "../../state/bound.ts";
import { usePages } from "../../state/pages.ts";
import { PictureForm } from "../pictures/form.tsx";
import { Thumb } from "../pictures/thumb.tsx";
import { t } from "../texts/index.ts";
import { ProductForm } from "./form.tsx";
import { isVisits } from "./visits.ts";

export function ProductsPage() {
  const all = usePages(listProducts, []);
  // Visits come with their site, and nothing here is of use to them: its drop has texts and a picture of its own.
  const list = { ...all, rows: all.rows?.filter((product) => !isVisits(product)) ?? null };
  const edited = useSignal<Product | null>(null);
  const shown = useSignal<Product | null>(null);
  return (
    <Page title={t("products.title")}>
      <PagedTable
        list={list}
        caption={t("products.title")}
        empty={t(list.hasMore ? "products.none_so_far" : "products.none")}
        rowKey={(product) => product.id}
        columns={[
          { title: t("product.name"), cell: (product) => product.name },
          {
            title: t("picture.title"),
            cell: (product) => (
              <>
                {product.picture !== null && <Thumb picture={product.picture} />}
                <button
                  type="button"
                  class="button quiet"
                  onClick={() => {
                    shown.value = product;
                  }}
                >
                  {t(product.picture === null ? "picture.add" : "picture.change")}
                </button>
              </>
            ),
          },
          { title: t("product.variants"), cell: (product) => <Variants product={product} /> },
          { title: t("product.made"), cell: (product) => <Moment at={product.created_at} /> },
          {
            title: t("texts.title"),
            cell: (product) => (
              <button
                type="button"
                class="button quiet"
                onClick={() => {
                  edited.value = product;
                }}
              >
                {t("texts.edit")}
              </button>
            ),
          },
        ]}
      />
      <section class="tile panel" aria-label={t("product.new")}>
        <h2>{t("product.new")}</h2>
        <ProductForm onMade={list.refresh} />
      </section>
      {shown.value !== null && (
        <PictureDialog
          product={shown.value}
          onDone={list.refresh}
          onClose={() => {
            shown.value = null;
          }}
        />
      )}
      {edited.value !== null && (
        <EditDialog
          product={edited.value}
          onDone={list.refresh}
          onClose={() => {
            edited.value = null;
          }}
        />
      )}
    </Page>
  );
}

function Variants({ product }: { product: Product }) {
  return (
    <ul class="changes">
      {product.variants.map((variant) => (
        <li key={variant.id}>
          {variant.name}: {amount(variant.price_minor, variant.currency)}
          {/* Cut off by the edge of a phone, a figure would read as another one. */}
          <span class="line whole">{t("product.in_stock", { count: number(variant.stock) })}</span>
        </li>
      ))}
    </ul>
  );
}

interface ProductDialogProps {
  product: Product;
  onDone: () => void;
  onClose: () => void;
}

function PictureDialog({ product, onDone, onClose }: ProductDialogProps) {
  const done = () => {
    onClose();
    onDone();
  };
  return (
    <Dialog title={t("picture.of", { name: product.name })} onClose={onClose}>
      <PictureForm
        picture={product.picture}
        hint={t("picture.hint.product")}
        put={(file) => putProductPicture(product.id, file)}
        remove={() => deleteProductPicture(product.id)}
        onChanged={done}
        onCancel={onClose}
      />
    </Dialog>
  );
}

function EditDialog({ product, onDone, onClose }: ProductDialogProps) {
  const { busy, refusal, run } = useAct();
  const name = useSignal(product.name);
  const description = useSignal(product.description);
  const submit = async (event: Event) => {
    event.preventDefault();
    const texts = { name: name.value.trim(), description: description.value };
    if (!(await run(() => editProduct(product.id, texts)))) return;
    onClose();
    onDone();
  };
  return (
    <Dialog title={product.name} onClose={onClose}>
      <form onSubmit={submit}>
        <TextField label={t("product.name")} maxLength={200} {...bound(name)} />
        <AreaField label={t("product.description")} maxLength={5_000} {...bound(description)} />
        <Problem refusal={refusal} />
        <div class="actions">
          <button type="button" class="button quiet" onClick={onClose}>
            {t("act.cancel")}
          </button>
          <button type="submit" class="button" disabled={busy || name.value.trim() === ""}>
            {t("texts.do")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
