// What a drop looks like. Browsers take the width that suits them, and keep room for it while it loads.
import { el } from "../../common/dom.ts";
import type { Drop, Picture } from "../api/types.ts";

/** As wide as the page, which is 36rem at most. */
const SIZES = "(max-width: 36rem) 100vw, 36rem";

/** Returns where a picture is, as the attributes of an image. */
export function sourcesOf({ urls, width }: Picture): { src: string; srcset: string } {
  const widths = Object.keys(urls).sort((one, other) => Number(one) - Number(other));
  return { src: urls[width] ?? "", srcset: widths.map((each) => `${urls[each]} ${each}w`).join(", ") };
}

/** Shows the picture of a drop; null if it has none. */
export function pictureOf({ picture, title }: Drop): HTMLElement | null {
  if (!picture) return null;
  const size = { width: String(picture.width), height: String(picture.height) };
  const attributes = { ...sourcesOf(picture), ...size, sizes: SIZES, alt: title, loading: "lazy" };
  return el("img", { class: "picture", ...attributes });
}

/** Shows the picture of a drop in its place. One that is there already stays, so that it does not flicker. */
export function placePicture(place: HTMLElement, drop: Drop): void {
  const shown = place.querySelector("img")?.getAttribute("src") ?? "";
  const wanted = drop.picture ? sourcesOf(drop.picture).src : "";
  if (shown === wanted) return;
  const picture = pictureOf(drop);
  place.replaceChildren(...(picture === null ? [] : [picture]));
}
