// Puts the styles of the shop or of the consoles on the page, in the colours that are asked for.
import { byId } from "../common/dom.ts";

// Put in by the build.
declare const SHOP_STYLES: string;
declare const CONSOLE_STYLES: string;

export const DRESSES = ["console", "shop"] as const;
export type Dress = (typeof DRESSES)[number];

export const COLOURS = ["system", "light", "dark"] as const;
export type Colours = (typeof COLOURS)[number];

const QUESTION = /\(prefers-color-scheme:\s*dark\)/g;
/** What stands in the place of the question: itself, what is never true, or what always is. */
const ANSWERS: Record<Colours, string> = { system: "$&", light: "(max-width:0)", dark: "(min-width:0)" };

export function wear(dress: Dress, colours: Colours): void {
  const styles = dress === "shop" ? SHOP_STYLES : CONSOLE_STYLES;
  byId("styles").textContent = styles.replace(QUESTION, ANSWERS[colours]);
  document.documentElement.style.colorScheme = colours === "system" ? "" : colours;
}
