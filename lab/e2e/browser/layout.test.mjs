// What fits where: on small screens, and with text of twice the size.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertFits, openPage, panel, phone, startBrowser } from "./lib/browser.mjs";
import { cancelDrops, openDrop, openPausedDrop, resumeDrop } from "./lib/drops.mjs";
import { storefrontUrl } from "./lib/environment.mjs";

const NARROW = { width: 320, height: 640 };
/** The narrowest window that shares its width between two columns. */
const HALVED = { width: 900, height: 800 };

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

const at = (drop) => `${storefrontUrl}/drops/${drop.id}`;

/** Sets the size of all text, as a browser's own setting would. */
const setTextSize = (page, size) =>
  page.evaluate((size) => {
    document.documentElement.style.fontSize = size;
  }, size);

const scrollDown = (page, share) =>
  page.evaluate((share) => scrollTo(0, share * document.documentElement.scrollHeight), share);

/** Whether all of an element is on the screen, with nothing over it. */
const isInView = (locator) =>
  locator.evaluate((element) => {
    const { top, bottom, left, right } = element.getBoundingClientRect();
    const inside = top >= -1 && left >= -1 && bottom <= innerHeight + 1 && right <= innerWidth + 1;
    return inside && element.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
  });

/** With text of twice the size nothing has to be scrolled sideways. */
async function assertLargeTextFits(page, where) {
  await setTextSize(page, "200%");
  await assertFits(page, where);
}

test("at the turn Pay is always in view, and the time left beside it, however large the text", async () => {
  const drop = await openDrop({ admission_rate_per_second: 50 });
  const context = await phone(browser);
  const page = await openPage(context, at(drop));
  await page.locator("#join").click();
  await panel(page, "order:reserved").waitFor();
  const pay = page.getByRole("button", { name: /^Pay/ });
  const timer = page.getByRole("timer");
  assert.ok((await timer.evaluate(({ offsetHeight }) => offsetHeight)) < 60, "the timer is one row");
  for (const size of ["100%", "200%"]) {
    await setTextSize(page, size);
    for (const share of [0, 0.25]) {
      await scrollDown(page, share);
      assert.ok(await isInView(pay), `Pay, text ${size}, scrolled by ${share}`);
    }
    await scrollDown(page, 1);
    assert.ok(await isInView(timer), `the time left, text ${size}, at the end of the page`);
  }
  page.noFaults();
  await context.close();
});

for (const locale of ["en-US", "ko-KR"]) {
  test(`nothing is wider than a narrow screen with text of twice the size, ${locale}`, async () => {
    const units = { max_units_per_ticket: 3, max_units_per_customer: 3 };
    const drop = await openPausedDrop({ ...units, admission_rate_per_second: 50 });
    const context = await phone(browser, { viewport: NARROW, locale });
    const page = await openPage(context, at(drop));
    await panel(page, "open").waitFor();
    await assertLargeTextFits(page, "the open drop");
    await page.locator("#join").click();
    await panel(page, "waiting").waitFor();
    await assertLargeTextFits(page, "the waiting room");
    await page.goto(`${storefrontUrl}/`);
    await page.locator(`[href="/drops/${drop.id}"] .badge`).nth(1).waitFor();
    await assertLargeTextFits(page, "the drops");

    await page.goto(at(drop));
    await resumeDrop(drop.id);
    await panel(page, "order:reserved").waitFor();
    await page.locator("summary").click();
    await assertLargeTextFits(page, "the turn");
    await page.locator(".pay > .button.link").click();
    await assertLargeTextFits(page, "the question whether to release");
    await page.locator("dialog[open] .button:not(.quiet)").click();
    await page.locator(".pay-bar button").click();
    await panel(page, "order:confirmed").waitFor();
    await assertLargeTextFits(page, "the confirmed order");
    await page.goto(`${storefrontUrl}/nope`);
    await assertLargeTextFits(page, "the missing page");
    await page.goto(`${storefrontUrl}/handoff`);
    await page.locator("#code").waitFor();
    await assertLargeTextFits(page, "the page for another device's code");
    await context.close();
  });
}

test("the badge of one's own ticket is as high as the one beside it", async () => {
  const drop = await openPausedDrop({});
  const context = await phone(browser);
  const page = await openPage(context, at(drop));
  await page.locator("#join").click();
  await panel(page, "waiting").waitFor();
  await page.goto(`${storefrontUrl}/`);
  const badges = page.locator(`[href="/drops/${drop.id}"] .badge`);
  await badges.nth(1).waitFor();
  const heights = await badges.evaluateAll((all) => all.map(({ offsetHeight }) => offsetHeight));
  assert.equal(heights[1], heights[0]);
  assert.ok(heights[0] < 40, `${heights} px`);
  await context.close();
});

test("a position of seven digits is shown whole, on one line", async () => {
  const drop = await openPausedDrop({});
  for (const viewport of [NARROW, HALVED]) {
    const context = await phone(browser, { viewport });
    await context.routeWebSocket(/\/stream/, () => {});
    await context.route(/\/tickets$/, async (route) => {
      const response = await route.fetch();
      if (!response.ok()) return route.fulfill({ response });
      const ticket = await response.json();
      return route.fulfill({ response, json: { ...ticket, position: 1_234_567, waiting: 2_345_678 } });
    });
    const page = await openPage(context, at(drop));
    await page.locator("#join").click();
    const position = page.locator("#position", { hasText: "1,234,567" });
    await position.waitFor();
    const { lines, inside } = await position.evaluate((element) => {
      const [shown, around] = [element.getBoundingClientRect(), element.parentElement.getBoundingClientRect()];
      return {
        lines: shown.height / Number.parseFloat(getComputedStyle(element).lineHeight),
        inside: shown.left >= around.left && shown.right <= around.right,
      };
    });
    assert.ok(inside && lines < 1.5, `${viewport.width} px: ${lines} lines`);
    await context.close();
  }
});
