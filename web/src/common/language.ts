// The language of the page: what its reader chose, else what the browser asks for.

export const LANGUAGES = { en: "English", ko: "한국어" } as const;
export type Language = keyof typeof LANGUAGES;

const STORED = "sluice.language";

let language: Language = "en";
const listeners = new Set<() => void>();

export const currentLanguage = () => language;

/** What somebody says: one text for all, or one in each language. */
export type Words = string | Record<Language, string>;

/** Returns what a reader of the page is told. */
export const ownWords = (words: Words | null | undefined): string | null =>
  (typeof words === "object" ? words?.[language] : words) ?? null;

/** Returns the chosen language, else the browser's first one that we speak. */
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

/** The language that was asked for last. */
let wanted: Language | null = null;

/** Switches as soon as `load` has the texts. If that fails, the page stays in its language until it is asked again. */
export async function switchOnceLoaded(
  next: Language,
  load: (language: Language) => Promise<void>,
): Promise<void> {
  wanted = next;
  try {
    await load(next);
  } catch {
    return;
  }
  if (next === wanted) switchLanguage(next);
}

export const onLanguageChange = (listener: () => void) => listeners.add(listener);

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}
