// A product as a form holds it: what is wrong with it, and what the API takes.
import type { ProductInput } from "../../api/seller_types.ts";
import { numberFault, numberOf, type Range } from "../../parts/numbers.ts";

export interface VariantDraft {
  /** Tells rows of the form apart. */
  id: number;
  name: string;
  /** In whole units of the currency, as people write prices: 129.00. */
  price: string;
  currency: string;
  stock: string;
}

export interface ProductDraft {
  name: string;
  description: string;
  variants: VariantDraft[];
}

export const emptyVariant = (id: number, currency = "EUR"): VariantDraft => ({
  id,
  name: "",
  price: "",
  currency,
  stock: "",
});

export const emptyProduct = (): ProductDraft => ({ name: "", description: "", variants: [emptyVariant(0)] });

export const STOCK: Range = { min: 0, max: 10_000_000, isWhole: true };
const MAX_MINOR = 100_000_000_000;

/** Returns how many digits a currency has behind the point; null for a code that is none. */
export function digitsOf(currency: string): number | null {
  if (!/^[A-Z]{3}$/.test(currency)) return null;
  const formatter = new Intl.NumberFormat("en", { style: "currency", currency });
  return formatter.resolvedOptions().maximumFractionDigits ?? 2;
}

/** Returns a price in minor units; null if it is none, or has more digits than its currency. */
export function minorOf(price: string, currency: string): number | null {
  const digits = digitsOf(currency);
  const [, fraction = ""] = price.trim().split(".");
  const value = numberOf(price);
  if (digits === null || value === null || value < 0 || fraction.length > digits) return null;
  const minor = Math.round(value * 10 ** digits);
  return minor > MAX_MINOR ? null : minor;
}

/** Whether all that a variant needs is written, right or wrong. */
export const isTouched = ({ name, price, stock }: VariantDraft) =>
  name !== "" && price !== "" && stock !== "";

export type ProductFault = "name" | "currency" | "price" | "stock";

/** Returns what is wrong with a variant, or null. */
export function variantFault({ name, price, currency, stock }: VariantDraft): ProductFault | null {
  if (name.trim() === "") return "name";
  if (digitsOf(currency) === null) return "currency";
  if (minorOf(price, currency) === null) return "price";
  return numberFault(stock, STOCK) === null ? null : "stock";
}

export const isProduct = ({ name, variants }: ProductDraft) =>
  name.trim() !== "" && variants.length > 0 && variants.every((variant) => variantFault(variant) === null);

export const productBody = ({ name, description, variants }: ProductDraft): ProductInput => ({
  name: name.trim(),
  description,
  variants: variants.map((variant) => ({
    name: variant.name.trim(),
    price_minor: minorOf(variant.price, variant.currency) ?? 0,
    currency: variant.currency,
    stock: numberOf(variant.stock) ?? 0,
  })),
});
