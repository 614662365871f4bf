// The variants of a drop: what they cost, which of them are to be had, and picking one of them.
import { el, setText } from "../../common/dom.ts";
import { money, NO_CURRENCY } from "../../common/format.ts";
import type { Drop, Variant } from "../api/types.ts";
import { t } from "../texts/index.ts";

/** Whether the shopper chooses the quantity at the turn, from as many as one may have or as are left. */
export const isChosenLater = ({ fulfilment }: Pick<Drop, "fulfilment">) => fulfilment === "checkout";

/** What the variants cost, from the cheapest to the dearest. */
export function pricesOf(variants: Variant[]): string {
  const prices = variants.map(({ price_minor }) => price_minor);
  const currency = variants[0]?.currency ?? NO_CURRENCY;
  const [least, most] = [Math.min(...prices), Math.max(...prices)];
  const from = money(least, currency);
  return least === most ? from : `${from}–${money(most, currency)}`;
}

/** Whether nothing is left of a variant, and nothing can come back. */
export const isGone = ({ units_left = 0, units_held = 0 }: Variant) => units_left + units_held === 0;

/** Says what is left of a variant. */
export function leftText(variant: Variant): string {
  const { units_left = 0 } = variant;
  if (isGone(variant)) return t("stock.none");
  return units_left > 0 ? t("stock.left", { count: units_left }) : t("join.variant.held");
}

/** Says which variant somebody waits for; null where there is only one. */
export function waitedForText({ variants }: Drop, id: string | null): string | null {
  const variant = variants.length > 1 ? variants.find((one) => one.id === id) : undefined;
  return variant === undefined ? null : t("line.variant", { name: variant.name });
}

/**
 * Lets one of several variants be picked. None is picked beforehand: whoever waits for the wrong one has to
 * join again, at the end of the line. `read` returns the drop as it is now.
 */
export function variantPicker(
  read: () => Drop,
  into: { variant: string | null },
  picked: () => void,
): { root: HTMLElement | null; update(): void } {
  const rows = read().variants.map(({ id, name, price_minor, currency }) => {
    const onchange = () => {
      into.variant = id;
      picked();
    };
    const checked = id === into.variant;
    const input = el("input", { type: "radio", name: "variant", value: id, checked, onchange });
    const facts = el("span", { class: "small" });
    const update = (drop: Drop) => {
      const variant = drop.variants.find((one) => one.id === id);
      if (variant === undefined) return;
      input.disabled = isGone(variant);
      setText(facts, `${money(price_minor, currency)} · ${leftText(variant)}`);
    };
    return { row: el("label", { class: "card" }, input, el("span", {}, name), facts), update };
  });
  const legend = el("legend", {}, t("join.variant"));
  const root = rows.length > 1 ? el("fieldset", {}, legend, ...rows.map(({ row }) => row)) : null;
  const update = () => {
    for (const row of rows) row.update(read());
  };
  return { root, update };
}
