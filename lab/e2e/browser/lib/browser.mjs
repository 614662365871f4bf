// Chromium, pages that report their faults, accessibility checks, and screenshots.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const SCREENSHOTS = new URL("../../../../docs/images/", import.meta.url).pathname;
const SHOTS = new URL("../../../../.sluice/shots/", import.meta.url).pathname;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const startBrowser = () =>
  chromium.launch({
    executablePath: process.env.SLUICE_CHROMIUM ?? "/usr/bin/chromium",
    args: ARGUMENTS,
  });

/** A phone with its own cookies, language and colours. */
export const phone = (browser, options = {}) =>
  browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    locale: "en-US",
    timezoneId: "Asia/Seoul",
    bypassCSP: false,
    ...options,
  });

/** A larger screen, likewise. */
export const desktop = (browser, options = {}) =>
  phone(browser, { viewport: { width: 1280, height: 800 }, deviceScaleFactor: 1, ...options });

/** Opens a page whose script errors and policy violations fail the test at `noFaults()`. */
export async function openPage(context, url) {
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (/Content.Security.Policy|Uncaught/i.test(message.text())) faults.push(message.text());
  });
  page.noFaults = () => assert.deepEqual(faults, []);
  await page.goto(url);
  return page;
}

/** Runs axe on what is shown, and keeps a picture of it. Axe is evaluated: no page allows foreign scripts. */
export async function assertAccessible(page, where) {
  await shot(page, where);
  await page.evaluate(await readFile(AXE, "utf8"));
  const violations = await page.evaluate(async () => {
    const results = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  });
  assert.deepEqual(violations, [], `accessibility of ${where}`);
}

/** Keeps a picture of what is shown in `.sluice/shots`, to be looked at afterwards. */
export async function shot(page, where) {
  await mkdir(SHOTS, { recursive: true });
  const name = where.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-");
  await page.screenshot({ path: `${SHOTS}${name}.png`, fullPage: true });
}

/** Asserts that nothing has to be scrolled sideways. */
export async function assertFits(page, where) {
  const tooWide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const isOutside = (element) => element.getBoundingClientRect().right > clientWidth;
    const outside = [...document.querySelectorAll("body *")].filter(isOutside);
    return [`${scrollWidth} px`, ...outside.map(({ outerHTML }) => outerHTML.slice(0, 80))];
  });
  assert.deepEqual(tooWide, [], where);
}

/** Takes a screenshot for README.md or docs/TOUR.md, when asked to. */
export async function screenshot(page, name, { fullPage = true } = {}) {
  if (process.env.SLUICE_SCREENSHOTS !== "1") return;
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage });
}

export const panel = (page, kind) => page.locator(`#panel [data-kind^="${kind}"]`);

/** Returns the position shown now, or NaN if there is none. */
export async function positionOn(page) {
  const [text] = await page.locator("#position").allTextContents();
  return text === undefined ? Number.NaN : Number(text.replace(/\D/g, ""));
}

export const focusedText = (page) => page.evaluate(() => document.activeElement?.textContent ?? "");
