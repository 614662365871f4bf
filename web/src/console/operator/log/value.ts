// A value of the audit log, as it is read: times as elsewhere, ids by their end, lists as words.
import { actor, moment, shortId } from "../../format.ts";
import { t } from "../texts/index.ts";

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

export interface Said {
  text: string;
  /** The value in full, where the text is shorter. */
  whole?: string;
}

/** Returns a value in words; null is none. */
export function sayValue(value: unknown, nowMs: number): Said {
  if (value === null || value === undefined) return { text: "–" };
  const whole = typeof value === "string" ? value : JSON.stringify(value);
  const text = textOf(value, nowMs);
  return text === whole ? { text } : { text, whole };
}

function textOf(value: unknown, nowMs: number): string {
  if (typeof value === "string") return TIME.test(value) ? moment(Date.parse(value), nowMs) : actor(value);
  if (Array.isArray(value)) return listOf(value, nowMs) || "–";
  return JSON.stringify(value);
}

/** Items with commas of their own are parted by more than that. */
function listOf(items: readonly unknown[], nowMs: number): string {
  const isParted = items.some((item) => typeof item === "object" && item !== null && unitsOf(item) === null);
  return items.map((item) => unitsOf(item) ?? itemOf(item, nowMs)).join(isParted ? "; " : ", ");
}

/** Units of a variant, which a new product has by its name; null for anything else. */
function unitsOf(item: unknown): string | null {
  if (Array.isArray(item) && typeof item[0] === "string" && typeof item[1] === "number")
    return t("audit.units", { units: item[1], variant: item[0] });
  if (typeof item !== "object" || item === null) return null;
  const { variant_id: variant, units } = item as { variant_id?: unknown; units?: unknown };
  if (typeof variant === "string" && typeof units === "number")
    return t("audit.units", { units, variant: shortId(variant) });
  return null;
}

function itemOf(item: unknown, nowMs: number): string {
  if (typeof item !== "object" || item === null) return textOf(item, nowMs);
  return Object.entries(item)
    .filter(([, part]) => part !== null)
    .map(([name, part]) => `${name}: ${textOf(part, nowMs)}`)
    .join(", ");
}
