// Writes the living page of the design system: one file that needs no server, and is never served.
import { mkdir, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { FOR_BROWSERS, web } from "./options.mjs";

const OUT = new URL("../../.sluice/", import.meta.url).pathname;

export async function buildComponents() {
  const [shop, consoles] = await Promise.all(["shop", "console"].map(stylesOf));
  const script = await built({
    entryPoints: [`${web}src/components/main.tsx`],
    define: {
      PROOF_WORKER: '"/assets/proof.js"',
      SHOP_STYLES: JSON.stringify(shop),
      CONSOLE_STYLES: JSON.stringify(consoles),
    },
  });
  await mkdir(OUT, { recursive: true });
  await writeFile(`${OUT}components.html`, pageWith(script));
  console.log(`the parts of all pages: ${OUT}components.html`);
}

const stylesOf = (whose) => built({ entryPoints: [`${web}src/${whose}/styles/main.css`] });

/** Returns what is built of one source. */
async function built(options) {
  const { outputFiles } = await build({ ...FOR_BROWSERS, ...options, outdir: OUT, write: false });
  return outputFiles[0].text;
}

const pageWith = (script) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sluice</title>
    <link id="icon" rel="icon" href="data:,">
    <style id="styles"></style>
  </head>
  <body>
    <div id="app"></div>
    <div id="polite" class="heard-only" aria-live="polite"></div>
    <div id="assertive" class="heard-only" aria-live="assertive"></div>
    <script type="module">${script.replaceAll("</script", "<\\/script")}</script>
  </body>
</html>
`;
