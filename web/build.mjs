// Builds web/dist (kept in the repository, so that running Sluice needs no Node) or, with `--tests`, the unit
// tests for Node's test runner, or, with `--components`, the page that shows the parts of all pages.
import { readdir, rm } from "node:fs/promises";
import { build } from "esbuild";
import { buildComponents } from "./bundles/components.mjs";
import { buildConsoles } from "./bundles/consoles.mjs";
import { AS_TEXT, web } from "./bundles/options.mjs";
import { buildShop } from "./bundles/shop.mjs";

async function buildAll() {
  await rm(`${web}dist`, { recursive: true, force: true });
  await buildShop();
  await buildConsoles();
}

/** Bundles each test file separately, for `node --test`. */
async function buildTests() {
  const names = (await readdir(`${web}test`)).filter((name) => name.endsWith(".test.ts"));
  await rm(`${web}.test-build`, { recursive: true, force: true });
  await build({
    entryPoints: names.map((name) => `${web}test/${name}`),
    outdir: `${web}.test-build`,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    loader: AS_TEXT,
    define: { PROOF_WORKER: '"/assets/proof.js"' },
  });
}

if (process.argv.includes("--tests")) await buildTests();
else if (process.argv.includes("--components")) await buildComponents();
else await buildAll();
