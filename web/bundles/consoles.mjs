// Bundles the consoles: one page each, with its script and the styles of both.
import { readFile, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { AS_TEXT, FOR_BROWSERS, HASHED, web } from "./options.mjs";

/** What a browser may have to load for one console, compressed. */
const MAX_CONSOLE_BYTES = 200 * 1024;

const CONSOLES = { operator: "Operator console", seller: "Seller console" };

export async function buildConsoles() {
  const { metafile } = await build({
    entryPoints: {
      operator: `${web}src/console/operator/main.tsx`,
      seller: `${web}src/console/seller/main.tsx`,
      style: `${web}src/console/styles/main.css`,
    },
    outdir: `${web}dist/console/assets`,
    loader: AS_TEXT,
    ...FOR_BROWSERS,
    ...HASHED,
  });
  const names = Object.keys(metafile.outputs).map((path) => path.split("/").at(-1));
  const page = await readFile(`${web}static/console/page.html`, "utf8");
  const style = names.find((name) => name.endsWith(".css"));
  for (const [name, title] of Object.entries(CONSOLES)) {
    const script = names.find((file) => file.startsWith(`${name}-`));
    const gaps = { title, style, script };
    const filled = page.replace(/\{\{(\w+)\}\}/g, (_, gap) => gaps[gap]);
    await writeFile(`${web}dist/console/${name}.html`, filled);
    await printSize(name, [`${name}.html`, `assets/${script}`, `assets/${style}`]);
  }
}

/** Prints what a browser has to load for a console, and fails if that is too much. */
async function printSize(name, files) {
  const loaded = await Promise.all(files.map((file) => readFile(`${web}dist/console/${file}`)));
  const total = loaded.reduce((sum, bytes) => sum + bytes.length, 0);
  const gzip = loaded.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
  console.log(`the console ${name} with script and styles: ${total} B, ${gzip} B gzip`);
  if (gzip > MAX_CONSOLE_BYTES)
    throw new Error(`the console ${name} has grown to ${gzip} B gzip: the limit is 200 KiB`);
}
