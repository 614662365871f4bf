// What phones have to load, and limits for it: pages and icons as they are, since they are served like that, and
// what is in `assets/` compressed.
import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { web } from "./options.mjs";

/** What the waiting room may weigh in all, without what is loaded later. */
const MAX_ROOM_BYTES = 30 * 1024;
/** What each file may weigh that is loaded later. */
const MAX_LATER_BYTES = 10 * 1024;
/** The page of the waiting room, by its language. */
const ROOMS = ["en/drop.html", "ko/drop.html"];
const ICON = "icon.svg";

/** Prints the sizes, and fails if something is too big. */
export async function printSizes() {
  const sizes = new Map();
  for (const name of await namesOf(["en", "ko", "assets"], [ICON])) {
    const bytes = await readFile(`${web}dist/${name}`);
    const gzip = gzipSync(bytes, { level: 9 }).length;
    sizes.set(name, { total: bytes.length, gzip });
    console.log(
      `${name.padEnd(28)} ${String(bytes.length).padStart(7)} B ${String(gzip).padStart(7)} B gzip`,
    );
  }
  const atOnce = new Set();
  for (const page of ROOMS) {
    const files = await filesOf(page);
    checkRoom(page, files, sizes);
    for (const file of files) atOnce.add(file);
  }
  checkLater(atOnce, sizes);
}

async function namesOf(folders, files) {
  const inFolders = folders.map(async (folder) =>
    (await readdir(`${web}dist/${folder}`)).map((name) => `${folder}/${name}`),
  );
  return [...(await Promise.all(inFolders)).flat(), ...files];
}

/** Returns the files with hashes in their names that a page names. */
async function filesOf(page) {
  const text = await readFile(`${web}dist/${page}`, "utf8");
  return [...text.matchAll(/"\/(assets\/[\w-]+\.(?:js|css))"/g)].map(([, name]) => name);
}

function checkRoom(page, files, sizes) {
  const asTheyAre = [page, ICON].map((name) => sizes.get(name).total);
  const compressed = files.map((name) => sizes.get(name).gzip);
  const sent = [...asTheyAre, ...compressed].reduce((sum, bytes) => sum + bytes);
  console.log(`the waiting room ${page} with script, texts, styles and icon: ${sent} B as sent`);
  if (sent > MAX_ROOM_BYTES)
    throw new Error(`the waiting room ${page} has grown to ${sent} B: the limit is 30 KiB`);
}

function checkLater(atOnce, sizes) {
  for (const [name, { gzip }] of sizes) {
    if (name.startsWith("assets/") && !atOnce.has(name) && gzip > MAX_LATER_BYTES)
      throw new Error(`${name} has grown to ${gzip} B gzip: the limit is 10 KiB`);
  }
}
