// What is wrong with a picture, before megabytes are sent.

/** What it may be. SVG is none of them: it may have scripts. */
export const KINDS = ["image/jpeg", "image/png", "image/webp"] as const;
const MAX_BYTES = 8 * 1024 * 1024;

export type PictureFault = "kind" | "size";

/** Returns the fault of a file, or null. Whether it really is a picture, the server finds out. */
export function pictureFault({ type, size }: { type: string; size: number }): PictureFault | null {
  if (!KINDS.some((kind) => kind === type)) return "kind";
  return size > MAX_BYTES ? "size" : null;
}
