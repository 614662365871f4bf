// The colours of pages with a theme, asked for while it is typed.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { asRefusal, type Refusal } from "../../api/call.ts";
import { type Colours, previewTheme } from "./api.ts";
import { isColourOrNone } from "./draft.ts";

/** How long nothing is typed before anything is asked. */
const PAUSE_MS = 300;

export interface Found {
  colours: Colours;
  /** Why the colours are still those of before. */
  refusal: Refusal | null;
}

export function useColours(first: Colours, accent: string, band: string): Found {
  const colours = useSignal(first);
  const refusal = useSignal<Refusal | null>(null);
  useEffect(() => {
    if (!isColourOrNone(accent) || !isColourOrNone(band)) return;
    let isCurrent = true;
    const ask = async () => {
      try {
        const body = { accent: accent.trim() || null, band: band.trim() || null };
        const found = await previewTheme({ ...body, tagline: null, message: null });
        if (!isCurrent) return;
        colours.value = found;
        refusal.value = null;
      } catch (error) {
        if (isCurrent) refusal.value = asRefusal(error);
      }
    };
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [accent, band, colours, refusal]);
  return { colours: colours.value, refusal: refusal.value };
}
