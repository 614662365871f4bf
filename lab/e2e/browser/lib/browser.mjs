// Chromium, pages that report their faults, accessibility checks, and screenshots.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const SCREENSHOTS = new URL("../../../../docs/images/", import.meta.url).pathname;
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

/** Runs axe on what is shown; it is evaluated, because the page's policy allows no foreign script. */
export async function assertAccessible(page, where) {
  await page.evaluate(await readFile(AXE, "utf8"));
  const violations = await page.evaluate(async () => {
    const results = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  });
  assert.deepEqual(violations, [], `accessibility of ${where}`);
}

/** Takes a screenshot for the README, when asked to. */
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
