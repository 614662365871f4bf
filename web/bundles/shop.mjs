// Bundles the shop: its pages in each language, the script, and the files that the script loads later. Names
// have hashes, but for the icons, which consoles and notifications know, too.
import { cp } from "node:fs/promises";
import { build } from "esbuild";
import { FOR_BROWSERS, HASHED, web } from "./options.mjs";
import { writePages } from "./pages.mjs";
import { printSizes } from "./sizes.mjs";

const OUT = `${web}dist/assets`;

const source = (path) => `${web}src/shop/${path}`;

export async function buildShop() {
  const worker = await bundle({ proof: source("proof/worker.ts") });
  const files = await bundle(
    { app: source("main.ts"), style: source("styles/main.css"), list: source("styles/list.css") },
    { splitting: true, define: { PROOF_WORKER: JSON.stringify(worker.of("proof/worker.ts")) } },
  );
  await cp(`${web}static/assets`, `${web}dist`, { recursive: true });
  await writePages(files);
  await printSizes();
}

/** Builds some files; `of` tells the address of the one that was built of a source, `imports` what it imports. */
async function bundle(entryPoints, options = {}) {
  const { metafile } = await build({ entryPoints, outdir: OUT, ...FOR_BROWSERS, ...HASHED, ...options });
  const outputs = Object.entries(metafile.outputs);
  const address = (path) => `/assets/${path.split("/").at(-1)}`;
  const outputOf = (path) => {
    const output = outputs.find(([, { entryPoint }]) => entryPoint?.endsWith(`src/shop/${path}`));
    if (output === undefined) throw new Error(`no file was built of ${path}`);
    return output;
  };
  const of = (path) => address(outputOf(path)[0]);
  const imports = (path) => {
    const [, { imports }] = outputOf(path);
    return imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => address(path));
  };
  return { of, imports };
}
