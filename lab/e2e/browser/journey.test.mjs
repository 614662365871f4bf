// The whole way of one shopper: countdown, line, turn, payment, receipt.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  assertAccessible,
  focusedText,
  openPage,
  panel,
  phone,
  picture,
  placeOn,
  startBrowser,
} from "./lib/browser.mjs";
import { joinCrowd } from "./lib/crowd.mjs";
import { cancelDrops, createDrop, openDrop, pauseDrop, resumeDrop } from "./lib/drops.mjs";
import { storefrontUrl, waitUntil } from "./lib/environment.mjs";

const CROWD = 24;

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

const join = async (page) => {
  await page.locator("#join").click();
  await panel(page, "waiting").waitFor();
};

test("a shopper joins behind a crowd, sees the place fall, pays, and sees the order", async () => {
  const drop = await openDrop({ admission_rate_per_second: 4 });
  await pauseDrop(drop.id, "We open the doors in a moment.");
  await joinCrowd(drop, CROWD);
  const context = await phone(browser);

  const page = await openPage(context, `${storefrontUrl}/drops/${drop.id}`);
  await panel(page, "open").waitFor();
  await assertAccessible(page, "the open drop");
  await join(page);
  await waitUntil("the place is shown", async () => (await placeOn(page)) === CROWD + 1);
  await page.getByText("We open the doors in a moment.").first().waitFor();
  await assertAccessible(page, "the waiting room");

  const second = await openPage(context, `${storefrontUrl}/drops/${drop.id}`);
  await panel(second, "waiting").waitFor();
  await waitUntil("the second tab shows the same place", async () => (await placeOn(second)) === CROWD + 1);
  await page.reload();
  await panel(page, "waiting").waitFor();
  await waitUntil("the reload keeps the place", async () => (await placeOn(page)) === CROWD + 1);

  await resumeDrop(drop.id);
  const places = await placesUntilTurn(page);
  assert.deepEqual(
    places,
    [...places].sort((a, b) => b - a),
    "the place never rises",
  );
  assert.ok(new Set(places).size >= 4, `the place falls step by step: ${places}`);

  assert.match(await focusedText(page), /Your turn/);
  assert.match((await page.locator("#assertive").textContent()) ?? "", /your turn/i);
  await panel(second, "order:reserved").waitFor();
  await assertAccessible(page, "the turn");
  await picture(page, "turn");

  await page.getByRole("button", { name: /^Pay/ }).click();
  await panel(page, "order:confirmed").waitFor();
  await panel(second, "order:confirmed").waitFor();
  await assertAccessible(page, "the confirmed order");
  await page.getByRole("link", { name: "Open the order" }).click();
  await panel(page, "order:confirmed").waitFor();
  await page.getByText("Order number").waitFor();
  await assertAccessible(page, "the receipt");
  await picture(page, "order");
  await page.reload();
  await panel(page, "order:confirmed").waitFor();

  await page.goto(`${storefrontUrl}/`);
  await page.locator("#orders").getByText(drop.title).first().waitFor();
  page.noFaults();
  second.noFaults();
  await context.close();
});

/** Notes each place shown until the turn comes; takes the README's picture on the way. */
async function placesUntilTurn(page) {
  const places = [];
  let pictured = false;
  await waitUntil(
    "the turn comes",
    async () => {
      if (await panel(page, "order:reserved").isVisible()) return true;
      const place = await placeOn(page);
      if (place > 0 && places.at(-1) !== place) places.push(place);
      if (!pictured && place > 0 && place < CROWD / 2) {
        pictured = true;
        await picture(page, "waiting-room");
      }
      return false;
    },
    { timeoutMs: 60_000 },
  );
  return places;
}

test("in Korean and in the dark a declined card is told plainly, and the line can be joined again", async () => {
  const drop = await openDrop({ admission_rate_per_second: 4 });
  await pauseDrop(drop.id, null);
  await joinCrowd(drop, 12);
  const context = await phone(browser, { locale: "ko-KR", colorScheme: "dark" });
  const page = await openPage(context, `${storefrontUrl}/drops/${drop.id}`);
  await page.getByRole("button", { name: "줄 서기" }).click();
  await panel(page, "waiting").waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "ko");
  await page.getByText("순서는 그대로예요").first().waitFor();
  await resumeDrop(drop.id);
  await waitUntil("the place falls", async () => (await placeOn(page)) < 9);
  await assertAccessible(page, "the waiting room, Korean and dark");
  await picture(page, "waiting-room-korean-dark");

  await panel(page, "order:reserved").waitFor();
  await assertAccessible(page, "the turn, Korean and dark");
  await page.getByLabel("거절되는 카드").check();
  await page.getByRole("button", { name: /결제하기/ }).click();
  await panel(page, "order:payment_failed").waitFor();
  await page.getByText("결제에 실패했어요").first().waitFor();
  await assertAccessible(page, "the failed payment, Korean and dark");
  await page.getByRole("button", { name: "다시 줄 서기" }).click();
  await panel(page, "open").waitFor();
  page.noFaults();
  await context.close();
});

test("the page turns by itself at the opening, and works by keyboard with a quantity", async () => {
  const drop = await createDrop({
    opensInMs: 6_000,
    max_units_per_ticket: 3,
    max_units_per_customer: 3,
    admission_rate_per_second: 20,
  });
  const context = await phone(browser);
  const page = await openPage(context, `${storefrontUrl}/drops/${drop.id}`);
  await panel(page, "scheduled").waitFor();
  await assertAccessible(page, "the countdown");
  await picture(page, "countdown");
  await panel(page, "open").waitFor();
  assert.match(await focusedText(page), /line is open/);
  await page.getByRole("button", { name: "One more" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("#join").focus();
  await page.keyboard.press("Enter");
  await panel(page, "order:reserved").waitFor();
  await page.getByRole("button", { name: "Pay ₩96,000" }).waitFor();
  await page.getByRole("button", { name: "Give the item back" }).click();
  await panel(page, "order:cancelled").waitFor();
  page.noFaults();
  await context.close();
});

test("the list of drops is accessible in both languages, and the language can be switched in place", async () => {
  await createDrop({ opensInMs: 3_600_000, title: "달항아리, 여름 가마", price: 180_000 });
  const context = await phone(browser);
  const page = await openPage(context, `${storefrontUrl}/`);
  await page.locator(".drop-card").first().waitFor();
  await assertAccessible(page, "the drops");
  await picture(page, "drops", { fullPage: false });
  await page.getByRole("button", { name: "한국어" }).click();
  await page.getByRole("heading", { level: 1, name: "드롭" }).waitFor();
  await assertAccessible(page, "the drops, Korean");
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "드롭" }).waitFor();
  page.noFaults();
  await context.close();
});
