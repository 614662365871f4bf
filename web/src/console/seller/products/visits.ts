// The product that stands for the visits to a site.
import { NO_CURRENCY } from "../../../common/format.ts";
import type { Product } from "../../api/seller_types.ts";

const hasNoPrice = ({ currency }: { currency: string }) => currency === NO_CURRENCY;

/** Whether it was made with a site, and is sold by no drop. */
export const isVisits = ({ variants }: Pick<Product, "variants">) =>
  variants.length > 0 && variants.every(hasNoPrice);
