// What every bundle has in common.

/** The folder of the web pages, with a slash at its end. */
export const web = new URL("../", import.meta.url).pathname;

/** What every bundle for browsers is built with. */
export const FOR_BROWSERS = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
};

/** Names with hashes, so that browsers keep the files for good. */
export const HASHED = { entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]" };

/** Files of `deploy/` that the seller console shows: their sources import them as text. */
export const AS_TEXT = { ".template": "text", ".Caddyfile": "text" };
