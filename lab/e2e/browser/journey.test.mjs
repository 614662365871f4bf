// One shopper's whole journey: countdown, line, turn, payment, receipt.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  assertAccessible,
  focusedText,
  openPage,
  panel,
  phone,
  positionOn,
  screenshot,
  startBrowser,
} from "./lib/browser.mjs";
import { joinCrowd } from "./lib/crowd.mjs";
import { cancelDrops, createDrop, openDrop, openPausedDrop, resumeDrop } from "./lib/drops.mjs";
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

test("a shopper joins behind a crowd, sees the position fall, pays, and sees the order", async () => {
  const message = "We open the doors in a moment.";
  const drop = await openPausedDrop({ admission_rate_per_second: 4, message });
  await joinCrowd(drop, CROWD);
  const context = await phone(browser);

  const page = await openPage(context, `${storefrontUrl}/drops/${drop.id}`);
  await panel(page, "open").waitFor();
  await assertAccessible(page, "the open drop");
  await join(page);
  await waitUntil("the position is shown", async () => (await positionOn(page)) === CROWD + 1);
  await page.getByText(message).first().waitFor();
  await assertAccessible(page, "the waiting room");

  const second = await openPage(context, `${storefrontUrl}/drops/${drop.id}`);
  await panel(second, "waiting").waitFor();
  await waitUntil(
    "the second tab shows the same position",
    async () => (await positionOn(second)) === CROWD + 1,
  );
  await page.reload();
  await panel(page, "waiting").waitFor();
  await waitUntil("the reload keeps the position", async () => (await positionOn(page)) === CROWD + 1);

  await resumeDrop(drop.id);
  const positions = await positionsUntilTurn(page);
  assert.deepEqual(
    positions,
    [...positions].sort((a, b) => b - a),
    "the position never rises",
  );
  assert.ok(new Set(positions).size >= 4, `the position falls step by step: ${positions}`);

  assert.match(await focusedText(page), /Your turn/);
  assert.match((await page.locator("#assertive").textContent()) ?? "", /your turn/i);
  await panel(second, "order:reserved").waitFor();
  await assertAccessible(page, "the turn");
  await screenshot(page, "turn", { fullPage: false });

  await page.getByLabel("Card that is declined").check();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await panel(page, "order:reserved:declined").waitFor();
  assert.match(await focusedText(page), /Your card was declined/);
  await page.getByLabel("Card that is approved").check();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await panel(page, "order:confirmed").waitFor();
  await panel(second, "order:confirmed").waitFor();
  await assertAccessible(page, "the confirmed order");
  await page.getByRole("link", { name: "View order" }).click();
  await panel(page, "order:confirmed").waitFor();
  await page.getByText("Order number").waitFor();
  await context.grantPermissions(["clipboard-write"]);
  await page.bringToFront();
  await page.getByRole("button", { name: "Copy the number" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  await assertAccessible(page, "the receipt");
  await screenshot(page, "order");
  await page.reload();
  await panel(page, "order:confirmed").waitFor();

  await page.goto(`${storefrontUrl}/`);
  await page.locator("#orders").getByText(drop.title).first().waitFor();
  await page.getByRole("heading", { level: 2, name: "Open now" }).waitFor();
  page.noFaults();
  second.noFaults();
  await context.close();
});

/** Notes each position shown until the turn comes; takes the README's screenshot on the way. */
async function positionsUntilTurn(page) {
  const positions = [];
  let taken = false;
  await waitUntil(
    "the turn comes",
    async () => {
      if (await panel(page, "order:reserved").isVisible()) return true;
      const position = await positionOn(page);
      if (position > 0 && positions.at(-1) !== position) positions.push(position);
      if (!taken && position > 0 && position < CROWD / 2) {
        taken = true;
        await screenshot(page, "waiting-room");
      }
      return false;
    },
    { timeoutMs: 60_000 },
  );
  return positions;
}

test("in Korean and dark mode a declined card is reported, and the line can be joined again", async () => {
  const drop = await openPausedDrop({ admission_rate_per_second: 4 });
  await joinCrowd(drop, 12);
  const context = await phone(browser, { locale: "ko-KR", colorScheme: "dark" });
  const page = await openPage(context, `${storefrontUrl}/drops/${drop.id}`);
  await page.getByRole("button", { name: "줄 서기" }).click();
  await panel(page, "waiting").waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "ko");
  await page.getByText("순서는 그대로예요").first().waitFor();
  await resumeDrop(drop.id);
  await waitUntil("the position falls", async () => (await positionOn(page)) < 9);
  await assertAccessible(page, "the waiting room, Korean and dark");
  await screenshot(page, "waiting-room-korean-dark");

  await panel(page, "order:reserved").waitFor();
  await assertAccessible(page, "the turn, Korean and dark");
  await page.getByLabel("거절되는 카드").check();
  await page.getByRole("button", { name: /결제하기/ }).click();
  await panel(page, "order:reserved:declined").waitFor();
  await page.getByText("카드가 거절되었어요").first().waitFor();
  await assertAccessible(page, "the declined card, Korean and dark");
  await page.getByRole("button", { name: "구매하지 않기" }).click();
  await page.getByRole("button", { name: "구매하지 않을게요" }).click();
  await panel(page, "order:cancelled").waitFor();
  await page.getByRole("button", { name: "다시 줄 서기" }).click();
  await panel(page, "open").waitFor();
  page.noFaults();
  await context.close();
});

test("the page changes by itself at the opening, and works by keyboard with a quantity", async () => {
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
  await screenshot(page, "countdown");
  await panel(page, "open").waitFor();
  assert.match(await focusedText(page), /line is open/);
  await page.getByRole("button", { name: "One more" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("#join").focus();
  await page.keyboard.press("Enter");
  await panel(page, "order:reserved").waitFor();
  await page.getByRole("button", { name: "Pay ₩96,000" }).waitFor();
  await page.getByRole("button", { name: "Cancel my order" }).click();
  await page.getByRole("button", { name: "Cancel the order" }).click();
  await panel(page, "order:cancelled").waitFor();
  page.noFaults();
  await context.close();
});

test("one of several variants is picked before joining, and the quantity at the turn", async () => {
  const drop = await openDrop({
    variants: ["Celadon", "Moon white"],
    fulfilment: "checkout",
    max_units_per_ticket: 3,
    max_units_per_customer: 3,
    admission_rate_per_second: 50,
  });
  const context = await phone(browser);
  const page = await openPage(context, `${storefrontUrl}/drops/${drop.id}`);
  await panel(page, "open").waitFor();
  assert.ok(await page.getByRole("button", { name: "Choose one first" }).isDisabled());
  await assertAccessible(page, "the choice of a variant");
  await page.getByLabel("Moon white").check();
  await page.getByRole("button", { name: "Join the line" }).click();
  await panel(page, "order:reserved:units").waitFor();
  await assertAccessible(page, "the choice of the quantity");
  await page.getByRole("button", { name: "Take 1 for ₩48,000" }).waitFor();
  await page.getByRole("button", { name: "One more" }).click();
  await page.getByRole("button", { name: "Take 2 for ₩96,000" }).click();
  await panel(page, "order:reserved:units_chosen").waitFor();
  await page.locator(".facts").getByText("Moon white").waitFor();
  await page.getByRole("button", { name: "Pay ₩96,000" }).click();
  await panel(page, "order:confirmed").waitFor();
  page.noFaults();
  await context.close();
});

test("the list of drops is accessible in both languages, and the language can be switched in place", async () => {
  await createDrop({ opensInMs: 3_600_000, title: "달항아리, 여름 가마", price: 180_000 });
  const context = await phone(browser);
  const page = await openPage(context, `${storefrontUrl}/`);
  await page.locator(".drop-card").first().waitFor();
  await assertAccessible(page, "the drops");
  await screenshot(page, "drops", { fullPage: false });
  await page.getByRole("button", { name: "한국어" }).click();
  await page.getByRole("heading", { level: 1, name: "드롭" }).waitFor();
  await assertAccessible(page, "the drops, Korean");
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "드롭" }).waitFor();
  page.noFaults();
  await context.close();
});
