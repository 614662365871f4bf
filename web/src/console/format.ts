// Figures as the consoles write them, in the page's language.
import { currentLanguage } from "../common/language.ts";

/** Formats a rate: three digits that count, and no more. */
export const rate = (perSecond: number) =>
  new Intl.NumberFormat(currentLanguage(), { maximumSignificantDigits: 3 }).format(perSecond);

/** Formats what somebody set: all the digits that may be typed, without those that dividing adds. */
export const exactly = (value: number) =>
  new Intl.NumberFormat(currentLanguage(), { maximumFractionDigits: 6 }).format(value);

/** Formats a count in little space: 1,234, then 12.3K and 4.57M. */
export function compact(count: number): string {
  const isLong = Math.abs(count) >= 10_000;
  const options: Intl.NumberFormatOptions = isLong
    ? { notation: "compact", maximumSignificantDigits: 3 }
    : { maximumFractionDigits: 1 };
  return new Intl.NumberFormat(currentLanguage(), options).format(count);
}

/** Formats how much of something there is, both as they are said: 40 / 500; no line ends within it. */
export const ofAll = (part: string, all: string) => `${part}\u00a0/\u00a0${all}`;

/** Formats milliseconds by their size: 0.5 ms, 12 ms, 1.5 s; no line ends before the unit. */
export function milliseconds(ms: number): string {
  const [value, unit] = ms < 1_000 ? [roundedMs(ms), "millisecond"] : [ms / 1_000, "second"];
  const text = new Intl.NumberFormat(currentLanguage(), {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumSignificantDigits: 3,
  }).format(value);
  return text.replace(" ", "\u00a0");
}

const roundedMs = (ms: number) => (ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms));

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Formats bytes in steps of a thousand. */
export function bytes(count: number): string {
  let value = count;
  let step = 0;
  while (value >= 1_000 && step < BYTES.length - 1) {
    value /= 1_000;
    step += 1;
  }
  return new Intl.NumberFormat(currentLanguage(), {
    style: "unit",
    unit: BYTES[step],
    // In short it says "0 byte".
    unitDisplay: step === 0 ? "long" : "short",
    maximumSignificantDigits: 3,
  }).format(value);
}

/** Formats an amount in minor units in little space; a currency that nobody knows comes behind the number. */
export function amount(minor: number, currency: string): string {
  try {
    const formatter = new Intl.NumberFormat(currentLanguage(), { style: "currency", currency });
    return formatter.format(minor / 10 ** (formatter.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return `${minor} ${currency}`;
  }
}

/** How many minor units make one of a currency; those of one that nobody knows are said as they are. */
export function minorPerUnit(currency: string): number {
  try {
    const formatter = new Intl.NumberFormat("en", { style: "currency", currency });
    return 10 ** (formatter.resolvedOptions().maximumFractionDigits ?? 2);
  } catch {
    return 1;
  }
}

/** Formats a moment to the second, with the day unless it is today's. */
export function moment(ms: number, nowMs: number): string {
  const isToday = new Date(ms).toDateString() === new Date(nowMs).toDateString();
  return new Intl.DateTimeFormat(currentLanguage(), {
    ...(isToday ? {} : { dateStyle: "medium" }),
    timeStyle: "medium",
  }).format(ms);
}

/** Formats a moment to the minute as clocks in a zone show it, with its weekday and the zone; no line ends in the time. */
export const wallMoment = (ms: number, timeZone: string) =>
  new Intl.DateTimeFormat(currentLanguage(), {
    weekday: "long",
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone,
  })
    .format(ms)
    .replace(/\s(?=\d+:\d|[AP]M |\d+, |\d{4} |\S+$)/g, "\u00a0");

/** Formats a share of a whole; of nothing there is none. */
export function share(part: number, whole: number): string {
  if (whole === 0) return "–";
  return new Intl.NumberFormat(currentLanguage(), { style: "percent", maximumFractionDigits: 1 }).format(
    part / whole,
  );
}

/** The end of an id, enough to tell things apart on a page: its beginning is a time, which many share. */
export const shortId = (id: string) => id.slice(-8);

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Formats who did something: of an id in it only the end. */
export const actor = (name: string) => name.replace(UUID, shortId);
