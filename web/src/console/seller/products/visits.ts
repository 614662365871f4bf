// The product that stands for the visits to a site.
import type { Product } from "../../api/seller_types.ts";

/** ISO 4217's code of no currency: visits have no price. */
const NO_CURRENCY = "XXX";

export const hasNoPrice = ({ currency }: { currency: string }) => currency === NO_CURRENCY;

/** Whether it was made with a site, and is sold by no drop. */
export const isVisits = ({ variants }: Pick<Product, "variants">) =>
  variants.length > 0 && variants.every(hasNoPrice);
