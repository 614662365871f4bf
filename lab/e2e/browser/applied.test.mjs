// From an operator's click on "Apply now" to the changed time in an open waiting room.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desktop, openPage, panel, phone, startBrowser } from "./lib/browser.mjs";
import { openConsole, visit } from "./lib/console.mjs";
import { joinCrowd } from "./lib/crowd.mjs";
import { cancelDrops, openDrop } from "./lib/drops.mjs";
import { storefrontUrl, waitUntil } from "./lib/environment.mjs";

/** What a slow machine may take; the figure itself is printed. A frame that comes anyway may take 15 s. */
const BOUND_MS = 5_000;
const AHEAD = 30;

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

/** Notes in the page when the time it shows is said in seconds and no longer in minutes. */
const noteSeconds = () => {
  const look = () => {
    const text = document.getElementById("time")?.textContent ?? "";
    if (globalThis.shownAt === undefined && /second/.test(text)) globalThis.shownAt = Date.now();
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
};

/** Notes in the page when something is clicked. */
const noteClicks = () => {
  const note = () => {
    globalThis.clickedAt = Date.now();
  };
  addEventListener("click", note, true);
};

test("a limit that is applied changes the time in an open waiting room", async (t) => {
  // A place every twenty seconds: some minutes for who comes last.
  const drop = await openDrop({ admission_rate_per_second: 0.05, title: "Tide clock" });
  await joinCrowd(drop, AHEAD);
  const shopper = await phone(browser);
  const waiting = await openPage(shopper, `${storefrontUrl}/drops/${drop.id}`);
  await waiting.locator("#join").click();
  await panel(waiting, "waiting").waitFor();
  await waiting.locator("#time", { hasText: /minute/ }).waitFor({ timeout: 60_000 });
  await waiting.evaluate(noteSeconds);

  const context = await desktop(browser);
  const page = await openConsole(context, "operator");
  await visit(page, `#/rooms/${drop.id}/limits`);
  const rate = page.getByRole("group", { name: "Let in per second", exact: true });
  await rate.getByLabel("Exactly").fill("2");
  await page.getByRole("button", { name: "Apply now" }).click();
  const dialog = page.locator("dialog[open]");
  await dialog.getByLabel("Why?").fill("browser test");
  await page.evaluate(noteClicks);
  await dialog.locator("button[type=submit]").click();

  const shownAt = await waitUntil("the time has changed", () => waiting.evaluate(() => globalThis.shownAt));
  const tookMs = shownAt - (await page.evaluate(() => globalThis.clickedAt));
  t.diagnostic(`from apply to shown: ${tookMs} ms`);
  assert.ok(tookMs > 0 && tookMs < BOUND_MS, `${tookMs} ms`);
  waiting.noFaults();
  page.noFaults();
  await context.close();
  await shopper.close();
});
