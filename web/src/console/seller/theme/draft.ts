// A theme as it is typed: empty fields leave open what they are for.
import type { Refusal } from "../../api/call.ts";
import type { Theme, ThemeBody, Wording } from "./api.ts";

export interface Draft {
  accent: string;
  band: string;
  tagline: Wording;
  message: Wording;
}

const NOTHING: Wording = { en: "", ko: "" };

export const draftOf = ({ accent, band, tagline, message }: Theme): Draft => ({
  accent: accent ?? "",
  band: band ?? "",
  tagline: tagline ?? NOTHING,
  message: message ?? NOTHING,
});

export const isColour = (text: string) => /^#[0-9a-f]{6}$/i.test(text.trim());

/** Whether a field is empty, or a colour. */
export const isColourOrNone = (text: string) => text.trim() === "" || isColour(text);

/** Whether a text is there in both languages, or in neither. */
export const isInBothOrNone = ({ en, ko }: Wording) => (en.trim() === "") === (ko.trim() === "");

export const isWhole = ({ accent, band, tagline, message }: Draft) =>
  isColourOrNone(accent) && isColourOrNone(band) && isInBothOrNone(tagline) && isInBothOrNone(message);

export const bodyOf = ({ accent, band, tagline, message }: Draft): ThemeBody => ({
  accent: textOrNull(accent),
  band: textOrNull(band),
  tagline: wordingOrNull(tagline),
  message: wordingOrNull(message),
});

const textOrNull = (text: string) => (text.trim() === "" ? null : text.trim());

const wordingOrNull = ({ en, ko }: Wording): Wording | null =>
  en.trim() === "" && ko.trim() === "" ? null : { en: en.trim(), ko: ko.trim() };

/** The colour that a refusal of a faint accent names in its place. */
export function darkerIn(refusal: Refusal | null): string | null {
  const fault = refusal?.faults.find(({ field }) => field === "/accent");
  return fault === undefined ? null : (/#[0-9a-f]{6}/.exec(fault.detail)?.[0] ?? null);
}
