// The language of the page: texts, plurals, and numbers, money and times by Intl.
import { en, type Key, type Message } from "./en.ts";
import { ko } from "./ko.ts";

export const LANGUAGES = { en: "English", ko: "한국어" } as const;
export type Language = keyof typeof LANGUAGES;
export type { Key };

const MESSAGES: Record<Language, Record<Key, Message>> = { en, ko };
const STORED = "sluice.language";

let language: Language = "en";
const listeners = new Set<() => void>();

export const currentLanguage = () => language;

/** What the shopper chose, else the first language of the browser that we speak. */
export function preferredLanguage(chosen: string | null, wanted: readonly string[]): Language {
  for (const tag of [chosen ?? "", ...wanted]) {
    const short = tag.toLowerCase().split("-")[0];
    if (short === "en" || short === "ko") return short;
  }
  return "en";
}

export function startLanguage(): void {
  const asked = new URLSearchParams(location.search).get("lang");
  language = preferredLanguage(asked ?? stored(), navigator.languages);
  document.documentElement.lang = language;
}

export function switchLanguage(next: Language): void {
  language = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Storage may be refused; the choice then lasts for this page.
  }
  for (const listener of listeners) listener();
}

export const onLanguageChange = (listener: () => void) => listeners.add(listener);

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

export type Values = Record<string, string | number>;

/** The text for a key in the page's language. */
export const t = (key: Key, values: Values = {}) => format(language, key, values);

/** The text for a key that is built from an answer, where the answer may say something newer than we know. */
export function tOr(key: string, fallback: Key, values: Values = {}): string {
  return t(key in en ? (key as Key) : fallback, values);
}

export function format(lang: Language, key: Key, values: Values): string {
  const message = MESSAGES[lang][key];
  return pickPlural(lang, message, values).replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(lang).format(value) : value;
  });
}

function pickPlural(lang: Language, message: Message, values: Values): string {
  if (typeof message === "string") return message;
  const count = typeof values.count === "number" ? values.count : 0;
  return new Intl.PluralRules(lang).select(count) === "one" ? message.one : message.other;
}

/** An amount in minor units: the currency itself says how many digits it has (KRW none). */
export function money(minor: number, currency: string): string {
  const formatter = new Intl.NumberFormat(language, { style: "currency", currency });
  return formatter.format(minor / 10 ** (formatter.resolvedOptions().maximumFractionDigits ?? 2));
}

export const number = (value: number) => new Intl.NumberFormat(language).format(value);

export const percent = (share: number) => new Intl.NumberFormat(language, { style: "percent" }).format(share);

export const dateTime = (ms: number) =>
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(ms);

export const clockTime = (ms: number) =>
  new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit", second: "2-digit" }).format(ms);

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** A span in words, such as "2 minutes 5 seconds", with its two largest units. */
export function duration(ms: number, lang: Language = language): string {
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

/** A rough span for guesses: whole minutes, or tens of seconds below a minute. */
export function roughDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds >= 60) return inUnit(language, Math.ceil(seconds / 60), "minute");
  return inUnit(language, Math.ceil(seconds / 10) * 10, "second");
}

const inUnit = (lang: Language, count: number, unit: string) =>
  new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(count);

/** A span as digits, for countdowns: 4:32, 1:04:32. */
export function digits(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
