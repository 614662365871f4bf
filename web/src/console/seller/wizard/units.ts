// What is wrong with the units that a drop is to sell of each variant.
import type { Product } from "../../api/seller_types.ts";
import { type NumberFault, numberFault, numberOf, type Range } from "../../parts/numbers.ts";
import { soldIn, type WizardDraft } from "./draft.ts";

export type UnitsFaultCode =
  | "nothing_sold"
  | "too_many_variants"
  | "several_currencies"
  | "too_many_units"
  | "above_stock"
  | "above_units"
  | "above_customer";

/** The faults of each variant and of all together; `perTicket` is that of what one ticket may have. */
export type UnitsFaults = Partial<
  Record<"units" | `units:${string}` | "perTicket", NumberFault | UnitsFaultCode>
>;

/** Variants of one drop, at most. */
const MAX_VARIANTS = 20;

export function unitsFaults(draft: WizardDraft, product: Product | null, range: Range): UnitsFaults {
  const faults: UnitsFaults = {};
  const known = new Map((product?.variants ?? []).map((variant) => [variant.id, variant] as const));
  const sold = soldIn(draft);
  for (const [id, typed] of sold) {
    const stock = known.get(id)?.stock ?? Number.POSITIVE_INFINITY;
    const isAbove = (numberOf(typed) ?? 0) > stock;
    const fault = numberFault(typed, range) ?? (isAbove ? "above_stock" : null);
    if (fault !== null) faults[`units:${id}`] = fault;
  }
  const units = sold.map(([, typed]) => numberOf(typed) ?? 0);
  const currencies = new Set(sold.flatMap(([id]) => known.get(id)?.currency ?? []));
  const ofAll = faultOfAll(units, currencies.size, range);
  if (ofAll !== null) faults.units = ofAll;
  if (isAboveUnits(draft, units)) faults.perTicket = "above_units";
  return faults;
}

function faultOfAll(units: readonly number[], nCurrencies: number, { max }: Range): UnitsFaultCode | null {
  if (units.length === 0) return "nothing_sold";
  if (units.length > MAX_VARIANTS) return "too_many_variants";
  if (nCurrencies > 1) return "several_currencies";
  return units.reduce((sum, count) => sum + count, 0) > max ? "too_many_units" : null;
}

/** Where each ticket takes as many as it may, nobody could have a variant that there are fewer of. */
function isAboveUnits({ kind, unitsPerTicket }: WizardDraft, units: readonly number[]): boolean {
  if (units.length === 0) return false;
  const most = kind === "checkout" ? Math.min(...units) : Math.max(...units);
  return (numberOf(unitsPerTicket) ?? 0) > most;
}
