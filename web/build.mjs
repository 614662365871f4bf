// Builds web/dist (kept in the repository, so that running Sluice needs no Node) or, with
// `--tests`, the unit tests for Node's test runner.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;

/** What a browser loads only when it is asked for work. */
const LATER = "assets/proof.js";

/** Bundles the shop. File names are stable, because the server answers with ETags. */
async function buildPages() {
  await rm(`${here}dist`, { recursive: true, force: true });
  await cp(`${here}static/assets`, `${here}dist/assets`, { recursive: true });
  await writePages();
  await build({
    entryPoints: {
      app: `${here}src/shop/main.ts`,
      proof: `${here}src/shop/proof/worker.ts`,
      style: `${here}src/shop/styles/main.css`,
    },
    outdir: `${here}dist/assets`,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2020",
    legalComments: "none",
  });
  await printSizes();
}

/** Writes each page in each language; what the server fills in are its gaps, `{{name}}`. */
async function writePages() {
  const names = (await readdir(`${here}static`)).filter((name) => name.endsWith(".html"));
  for (const [lang, texts] of Object.entries(await loadTexts())) {
    await mkdir(`${here}dist/${lang}`, { recursive: true });
    for (const name of names) {
      const page = await readFile(`${here}static/${name}`, "utf8");
      await writeFile(`${here}dist/${lang}/${name}`, inLanguage(page, lang, texts));
    }
  }
}

/** Loads the shop's texts, which are TypeScript. */
async function loadTexts() {
  const { outputFiles } = await build({
    stdin: {
      contents: 'export { en } from "./src/shop/texts/en.ts"; export { ko } from "./src/shop/texts/ko.ts";',
      resolveDir: here,
    },
    bundle: true,
    format: "esm",
    write: false,
  });
  const { en, ko } = await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`
  );
  return { en, ko };
}

/**
 * Puts texts into a page: `data-t` is a text that the script writes anew when the language is switched,
 * `data-s` one whose placeholders the server fills.
 */
function inLanguage(page, lang, texts) {
  const text = (key) => {
    if (typeof texts[key] !== "string") throw new Error(`a page has the text ${key}, and ${lang} has not`);
    return texts[key].replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  };
  return page
    .replace('<html lang="en">', `<html lang="${lang}">`)
    .replace(/(data-t="([\w.]+)">)[^<]*/g, (_, start, key) => start + text(key))
    .replace(/ data-s="([\w.]+)">/g, (_, key) => `>${text(key).replace(/\{(\w+)\}/g, "{{$1}}")}`);
}

/** Prints what a phone has to load, and fails if the waiting room is too big. */
async function printSizes() {
  const assets = (await readdir(`${here}dist/assets`)).map((name) => `assets/${name}`);
  const pages = (await readdir(`${here}dist/en`)).map((name) => `en/${name}`);
  let total = 0;
  for (const name of [...pages, ...assets]) {
    const bytes = await readFile(`${here}dist/${name}`);
    const gzip = gzipSync(bytes, { level: 9 }).length;
    if (name === LATER && bytes.length > 10 * 1024)
      throw new Error(`${name} has grown to ${bytes.length} B: the limit is 10 KiB`);
    if (name === "en/drop.html" || (name.startsWith("assets/") && name !== LATER)) total += gzip;
    console.log(
      `${name.padEnd(24)} ${String(bytes.length).padStart(7)} B ${String(gzip).padStart(7)} B gzip`,
    );
  }
  if (total > 30 * 1024)
    throw new Error(`the waiting room has grown to ${total} B gzip: the limit is 30 KiB`);
  console.log(`the waiting room with script, styles and icon: ${total} B gzip`);
}

/** Bundles each test file separately, for `node --test`. */
async function buildTests() {
  const names = (await readdir(`${here}test`)).filter((name) => name.endsWith(".test.ts"));
  await rm(`${here}.test-build`, { recursive: true, force: true });
  await build({
    entryPoints: names.map((name) => `${here}test/${name}`),
    outdir: `${here}.test-build`,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
  });
}

await (process.argv.includes("--tests") ? buildTests() : buildPages());
