// The shop's pages in each language, with the names of the files that each loads.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";
import { web } from "./options.mjs";

const LANGUAGES = ["en", "ko"];

/** What a page loads at once besides what all of them do: sources of the shop. */
const PARTS = {
  "index.html": ["pages/drops.ts", "texts/LANGUAGE_list.ts"],
  "order.html": ["late/order.ts", "texts/LANGUAGE_order.ts"],
  "handoff.html": ["pages/handoff.ts", "texts/LANGUAGE_handoff.ts"],
};

/**
 * Line breaks that no reader of a page sees: before what is no part of a line of text. A gap or a comment that
 * begins a line has whole blocks in it.
 */
const BREAKS_BETWEEN_BLOCKS =
  /\n(?=\{\{|<!--|<\/?(?:html|head|meta|title|link|script|noscript|body|header|main|section|footer|fieldset|div|p|h1)\b)/g;

/** Writes each page in each language; what the server fills in are its gaps, `{{name}}`. */
export async function writePages(files) {
  const names = (await readdir(`${web}static`)).filter((name) => name.endsWith(".html"));
  const texts = await loadTexts();
  for (const lang of LANGUAGES) {
    await mkdir(`${web}dist/${lang}`, { recursive: true });
    for (const name of names) {
      const page = await readFile(`${web}static/${name}`, "utf8");
      const parts = ["texts/LANGUAGE.ts", ...(PARTS[name] ?? [])];
      const sources = parts.map((part) => part.replace("LANGUAGE", lang));
      await writeFile(
        `${web}dist/${lang}/${name}`,
        inLanguage(withFiles(page, files, sources), lang, texts[lang]),
      );
    }
  }
}

/**
 * Names the files that a page loads. Those that its script, if it has one, would ask for once it runs come at the
 * same time. What only readers of the source need is left out.
 */
function withFiles(page, files, sources) {
  const isScripted = page.includes("/assets/app.js");
  const modules = isScripted ? [...files.imports("main.ts"), ...sources.map(files.of)] : [];
  const preloads = modules.map((module) => `<link rel="modulepreload" href="${module}">`);
  return page
    .replace("/assets/style.css", files.of("styles/main.css"))
    .replace("/assets/list.css", files.of("styles/list.css"))
    .replace("/assets/app.js", files.of("main.ts"))
    .replace("</head>", [...preloads, "</head>"].join("\n"))
    .replace(/^ +/gm, "")
    .replace(BREAKS_BETWEEN_BLOCKS, "");
}

/** Loads the texts of the pages, which are TypeScript: all that scripts say, and what they never touch. */
async function loadTexts() {
  const { outputFiles } = await build({
    stdin: { contents: LANGUAGES.map(textsOf).join("\n"), resolveDir: web },
    bundle: true,
    format: "esm",
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`);
}

/** Returns the source of all texts in a language. */
const textsOf = (lang) => `
  import { ${lang} as ${lang}Shop } from "./src/shop/texts/${lang}.ts";
  import { ${lang}List } from "./src/shop/texts/${lang}_list.ts";
  import { ${lang}Handoff } from "./src/shop/texts/${lang}_handoff.ts";
  import { ${lang}Order } from "./src/shop/texts/${lang}_order.ts";
  import { ${lang}Plain } from "./src/shop/texts/${lang}_plain.ts";
  export const ${lang} = { ...${lang}Shop, ...${lang}List, ...${lang}Handoff, ...${lang}Order, ...${lang}Plain };`;

/**
 * Puts texts into a page: `data-t` is a text that the script writes anew when the language is switched, `data-s`
 * one whose placeholders the server fills, or that stands only until the script shows something in its place. What
 * is hidden comes empty: only the script shows it.
 */
function inLanguage(page, lang, texts) {
  const text = (key) => {
    if (typeof texts[key] !== "string") throw new Error(`a page has the text ${key}, and ${lang} has not`);
    return texts[key].replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  };
  return page
    .replace('<html lang="en">', `<html lang="${lang}">`)
    .replace(/( hidden)?( data-t="([\w.]+)">)[^<]*/g, (_, hidden = "", start, key) =>
      hidden ? hidden + start : start + text(key),
    )
    .replace(/ data-s="([\w.]+)">/g, (_, key) => `>${text(key).replace(/\{(\w+)\}/g, "{{$1}}")}`);
}
