// A shopper whose browser runs no scripts: forms, and pages that reload themselves.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openPage, phone, shot, startBrowser } from "./lib/browser.mjs";
import { joinCrowd } from "./lib/crowd.mjs";
import { cancelDrops, openPausedDrop, resumeDrop } from "./lib/drops.mjs";
import { storefrontUrl } from "./lib/environment.mjs";

/** The pages ask again at the pace of those who poll. */
const PATIENCE = { timeout: 90_000 };

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

test("without scripts a shopper joins, waits and pays by forms and pages that reload themselves", async () => {
  const drop = await openPausedDrop({ admission_rate_per_second: 50 });
  await joinCrowd(drop, 3);
  const context = await phone(browser, { javaScriptEnabled: false });
  const page = await openPage(context, `${storefrontUrl}/drops/${drop.id}`);
  await shot(page, "plain, the open drop");
  await page.getByRole("button", { name: "Join the line" }).click();
  const place = page.locator(".gauge strong", { hasText: /^4$/ });
  await place.waitFor();
  await page.getByText("Paused: nobody is being let in").waitFor();
  await shot(page, "plain, the waiting room");
  await page.reload();
  await place.waitFor();

  await resumeDrop(drop.id);
  const pay = page.getByRole("button", { name: "Pay ₩48,000" });
  await pay.waitFor(PATIENCE);
  await shot(page, "plain, the turn");
  await pay.click();
  await page.getByRole("heading", { name: "It's yours" }).waitFor(PATIENCE);
  assert.match(page.url(), /\/orders\/[0-9a-f-]{36}\/plain/);
  await shot(page, "plain, the confirmed order");
  page.noFaults();
  await context.close();
});
