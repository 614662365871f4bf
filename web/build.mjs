// Builds web/dist (kept in the repository, so that running Sluice needs no Node) or, with
// `--tests`, the unit tests for Node's test runner.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;

/** What a browser loads only when it is asked for work. */
const LATER = "assets/proof.js";
/** What every bundle for browsers is built with. */
const FOR_BROWSERS = { bundle: true, minify: true, format: "esm", target: "es2020", legalComments: "none" };

/** Files of `deploy/` that the seller console shows: their sources import them as text. */
const AS_TEXT = { ".template": "text", ".Caddyfile": "text" };

/** What a browser may have to load for one console, compressed. */
const MAX_CONSOLE_BYTES = 200 * 1024;

const CONSOLES = { operator: "Operator console", seller: "Seller console" };

async function buildAll() {
  await rm(`${here}dist`, { recursive: true, force: true });
  await buildPages();
  await buildConsoles();
}

/** Bundles the shop. File names are stable, because the server answers with ETags. */
async function buildPages() {
  await cp(`${here}static/assets`, `${here}dist/assets`, { recursive: true });
  await writePages();
  await build({
    entryPoints: {
      app: `${here}src/shop/main.ts`,
      proof: `${here}src/shop/proof/worker.ts`,
      style: `${here}src/shop/styles/main.css`,
    },
    outdir: `${here}dist/assets`,
    ...FOR_BROWSERS,
  });
  await printSizes();
}

/** Bundles the consoles. Their files have hashes in their names, so that browsers keep them for good. */
async function buildConsoles() {
  const { metafile } = await build({
    entryPoints: {
      operator: `${here}src/console/operator/main.tsx`,
      seller: `${here}src/console/seller/main.tsx`,
      style: `${here}src/console/styles/main.css`,
    },
    outdir: `${here}dist/console/assets`,
    entryNames: "[name]-[hash]",
    metafile: true,
    loader: AS_TEXT,
    ...FOR_BROWSERS,
  });
  const names = Object.keys(metafile.outputs).map((path) => path.split("/").at(-1));
  const page = await readFile(`${here}static/console/page.html`, "utf8");
  const style = names.find((name) => name.endsWith(".css"));
  for (const [name, title] of Object.entries(CONSOLES)) {
    const script = names.find((file) => file.startsWith(`${name}-`));
    const gaps = { title, style, script };
    const filled = page.replace(/\{\{(\w+)\}\}/g, (_, gap) => gaps[gap]);
    await writeFile(`${here}dist/console/${name}.html`, filled);
    await printConsoleSize(name, [`${name}.html`, `assets/${script}`, `assets/${style}`]);
  }
}

/** Prints what a browser has to load for a console, and fails if that is too much. */
async function printConsoleSize(name, files) {
  const loaded = await Promise.all(files.map((file) => readFile(`${here}dist/console/${file}`)));
  const total = loaded.reduce((sum, bytes) => sum + bytes.length, 0);
  const gzip = loaded.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
  console.log(`the console ${name} with script and styles: ${total} B, ${gzip} B gzip`);
  if (gzip > MAX_CONSOLE_BYTES)
    throw new Error(`the console ${name} has grown to ${gzip} B gzip: the limit is 200 KiB`);
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
    loader: AS_TEXT,
  });
}

await (process.argv.includes("--tests") ? buildTests() : buildAll());
