// How the pages of drops look: what the seller console reads and sends of it.
import { call } from "../../api/call.ts";

export interface Wording {
  en: string;
  ko: string;
}

/** What a seller chooses; null is left open. */
export interface ThemeBody {
  accent: string | null;
  band: string | null;
  tagline: Wording | null;
  message: Wording | null;
}

export interface Scheme {
  accent: string;
  on_accent: string;
  tint: string;
  water: string;
}

/** What follows from the colours that were chosen. */
export interface Colours {
  light: Scheme | null;
  dark: Scheme | null;
  on_band: string | null;
}

export interface Logo {
  /** Where it is, by its width in pixels. */
  urls: Record<string, string>;
  width: number;
  height: number;
}

export interface Theme extends ThemeBody {
  logo: Logo | null;
  colours: Colours;
}

/** Of one drop, or with null of all that have nothing of their own. */
const pathOf = (dropId: string | null) =>
  dropId === null ? "/v1/seller/theme" : `/v1/seller/drops/${dropId}/theme`;

export const readTheme = (dropId: string | null) => call<Theme>("GET", pathOf(dropId));

export const setTheme = (dropId: string | null, body: ThemeBody) =>
  call<Theme>("PUT", pathOf(dropId), { body });

export const previewTheme = (body: ThemeBody) => call<Colours>("POST", "/v1/seller/theme/preview", { body });

export const putLogo = (dropId: string | null, file: File) =>
  call<Theme>("PUT", `${pathOf(dropId)}/logo`, { file });

export const deleteLogo = (dropId: string | null) => call<Theme>("DELETE", `${pathOf(dropId)}/logo`);
