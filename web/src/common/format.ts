// Numbers, money, times and durations in the page's language.
import { currentLanguage, type Language } from "./language.ts";

/** ISO 4217's code of no currency: visits to a site have it, for want of a price. */
export const NO_CURRENCY = "XXX";

/** Formats an amount in minor units; the currency tells how many digits it has (KRW none). */
export function money(minor: number, currency: string): string {
  const formatter = new Intl.NumberFormat(currentLanguage(), { style: "currency", currency });
  return formatter.format(minor / 10 ** (formatter.resolvedOptions().maximumFractionDigits ?? 2));
}

export const number = (value: number) => new Intl.NumberFormat(currentLanguage()).format(value);

export const percent = (share: number) =>
  new Intl.NumberFormat(currentLanguage(), { style: "percent" }).format(share);

/** Formats a moment; a line may end between date and time, and before the year, but not within the rest. */
const moment =
  (options: Intl.DateTimeFormatOptions) =>
  (ms: number, lang: Language = currentLanguage()): string => {
    const text = new Intl.DateTimeFormat(lang, options).format(ms);
    return text.replace(/([^,])\s(?=\d|[AP]M$)/g, "$1\u00a0");
  };

export const dateTime = moment({ dateStyle: "medium", timeStyle: "short" });
export const clockTime = moment({ timeStyle: "medium" });

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** Formats a duration in words with its two largest units: "2 minutes 5 seconds". */
export function duration(ms: number, lang: Language = currentLanguage()): string {
  let rest = Math.max(0, Math.ceil(ms / 1000));
  const parts: string[] = [];
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0 || (unit === "second" && parts.length === 0)) parts.push(inUnit(lang, count, unit));
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** Formats an estimate between two times: whole minutes, or tens of seconds below a minute. */
export function roughRange(fromMs: number, toMs: number, lang: Language = currentLanguage()): string {
  const [unit, stepMs, each] =
    toMs >= 60_000 ? (["minute", 60_000, 1] as const) : (["second", 10_000, 10] as const);
  const from = Math.max(1, Math.round(fromMs / stepMs)) * each;
  const to = Math.max(1, Math.ceil(toMs / stepMs)) * each;
  const upTo = inUnit(lang, to, unit);
  return from < to ? `${new Intl.NumberFormat(lang).format(from)}–${upTo}` : upTo;
}

const inUnit = (lang: Language, count: number, unit: string) =>
  new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(count);

/** Formats a countdown: 4:32, 1:04:32. */
export function digits(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
