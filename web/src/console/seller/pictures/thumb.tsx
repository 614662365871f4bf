// A picture as small as it comes.
import type { Picture } from "../../api/types.ts";

/** Says nothing to those who cannot see it: what it shows is named beside it. */
export function Thumb({ picture }: { picture: Picture }) {
  const { urls, width, height } = picture;
  const smallest = Math.min(...Object.keys(urls).map(Number));
  return <img class="thumb" src={urls[smallest]} width={width} height={height} alt="" loading="lazy" />;
}
