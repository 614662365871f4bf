// Builds web/dist (kept in the repository, so that running Sluice needs no Node) or, with
// `--tests`, the unit tests for Node's test runner.
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = new URL(".", import.meta.url).pathname;

/** Bundles the shop. File names are stable, because the server answers with ETags. */
async function buildPages() {
  await rm(`${here}dist`, { recursive: true, force: true });
  await mkdir(`${here}dist/assets`, { recursive: true });
  await cp(`${here}static`, `${here}dist`, { recursive: true });
  await build({
    entryPoints: { app: `${here}src/shop/main.ts`, style: `${here}src/shop/styles/main.css` },
    outdir: `${here}dist/assets`,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2020",
    legalComments: "none",
  });
  await printSizes();
}

/** Prints what a phone has to load, and fails if the waiting room is too big. */
async function printSizes() {
  const assets = (await readdir(`${here}dist/assets`)).map((name) => `assets/${name}`);
  const pages = (await readdir(`${here}dist`)).filter((name) => name.endsWith(".html"));
  let total = 0;
  for (const name of [...pages, ...assets]) {
    const bytes = await readFile(`${here}dist/${name}`);
    const gzip = gzipSync(bytes, { level: 9 }).length;
    if (name === "drop.html" || name.startsWith("assets/")) total += gzip;
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
