// What shoppers are told is true: about money, stock, pauses, and a network that is away.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, openPage, panel, phone, positionOn, startBrowser } from "./lib/browser.mjs";
import { joinCrowd, payFor } from "./lib/crowd.mjs";
import {
  cancelDrop,
  cancelDrops,
  openDrop,
  openPausedDrop,
  pauseDrop,
  resumeDrop,
  stopDrop,
} from "./lib/drops.mjs";
import { admissionUrl, call, storefrontUrl, waitUntil } from "./lib/environment.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

const at = (drop) => `${storefrontUrl}/drops/${drop.id}`;

/** A new shopper on a drop's page, who joins if they may. */
async function shopperAt(drop, { joins = true } = {}) {
  const context = await phone(browser);
  const page = await openPage(context, at(drop));
  if (joins) await page.locator("#join").click();
  return { context, page };
}

/** A shopper whose turn it is. */
async function shopperAtTheTurn(settings) {
  const drop = await openDrop({ admission_rate_per_second: 50, ...settings });
  const { context, page } = await shopperAt(drop);
  await panel(page, "order:reserved").waitFor();
  return { drop, context, page };
}

const pay = (page) => page.getByRole("button", { name: /^Pay/ }).click();

test("an order that was confirmed stays valid when the seller cancels, and both pages say so", async () => {
  const { drop, context, page } = await shopperAtTheTurn();
  await pay(page);
  await panel(page, "order:confirmed").waitFor();
  await page.getByRole("link", { name: "View order" }).click();
  await panel(page, "order:confirmed").waitFor();
  await cancelDrop(drop.id);
  await page.reload();
  await page.getByText("Your order stays valid.").waitFor();
  await page.locator("blockquote", { hasText: "browser test" }).waitFor();
  assert.equal(await page.getByText("refund", { exact: false }).count(), 0);

  const newcomer = await shopperAt(drop, { joins: false });
  await panel(newcomer.page, "cancelled").waitFor();
  await newcomer.page.getByText("Orders that were already confirmed stay valid").waitFor();
  page.noFaults();
  await context.close();
  await newcomer.context.close();
});

test("the reason for which a drop is cancelled is shown, and how many were offered", async () => {
  const drop = await openPausedDrop({});
  await joinCrowd(drop, 1);
  const { context, page } = await shopperAt(drop);
  await panel(page, "waiting").waitFor();
  await cancelDrop(drop.id);
  await panel(page, "end:closed").waitFor();
  await page.getByRole("heading", { name: "This drop was cancelled" }).waitFor();
  await page.locator("blockquote", { hasText: "browser test" }).waitFor();
  await page.locator("#units", { hasText: "100 offered" }).waitFor();
  await assertAccessible(page, "the cancelled drop");
  await context.close();
});

test("a payment that was lost without a network is sent again by itself, under the same key", async () => {
  const { context, page } = await shopperAtTheTurn();
  const keys = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/payment")) keys.push(request.headers()["idempotency-key"]);
  });
  await context.setOffline(true);
  await pay(page);
  await page.getByText("your payment hasn't reached us").waitFor();
  await context.setOffline(false);
  await panel(page, "order:confirmed").waitFor();
  assert.ok(keys.length >= 2, `sent ${keys.length} times`);
  assert.equal(new Set(keys).size, 1, "one payment");
  page.noFaults();
  await context.close();
});

test("a payment whose answer was lost is not made twice", async () => {
  const { context, page } = await shopperAtTheTurn();
  let isLost = false;
  await context.route(/\/payment$/, async (route) => {
    if (isLost) return route.continue();
    isLost = true;
    await route.fetch();
    await route.abort();
  });
  await pay(page);
  await panel(page, "order:confirmed").waitFor();
  await page.getByText("Payment started").waitFor();
  assert.equal(await page.getByText("Payment started").count(), 1);
  await context.close();
});

test("who is called back for their turn hears it wherever they look", async () => {
  const drop = await openPausedDrop({ admission_rate_per_second: 50 });
  const { context, page } = await shopperAt(drop);
  await context.grantPermissions(["notifications"]);
  await panel(page, "waiting").waitFor();
  await page.getByText("Be back for your turn: from then on you have 2 minutes to pay.").waitFor();
  await page.locator("#bell").click();
  await page.getByText("We'll call you with a sound").waitFor();
  await assertAccessible(page, "the call");
  await resumeDrop(drop.id);
  await panel(page, "order:reserved").waitFor();
  assert.equal(await page.locator("#icon").getAttribute("href"), "/assets/turn.svg");
  page.noFaults();
  await context.close();
});

test("whoever stands behind more people than units are left is told so", async () => {
  const drop = await openPausedDrop({ units: 2 });
  await joinCrowd(drop, 5);
  const { context, page } = await shopperAt(drop);
  await page.locator("#stock", { hasText: "2 items left, 5 ahead of you: you may not get one." }).waitFor();
  await page.locator("#odds", { hasText: "Your chances of getting one are slim" }).waitFor();
  await assertAccessible(page, "the stock in line");

  const newcomer = await shopperAt(drop, { joins: false });
  const told = "Joining now? You'll very likely get none.";
  await newcomer.page.locator("#odds", { hasText: told }).waitFor();
  await assertAccessible(newcomer.page, "the odds before joining");
  await context.close();
  await newcomer.context.close();
});

test("while every unit is held the line says so, and promises no time", async () => {
  const drop = await openDrop({ units: 1, admission_rate_per_second: 50 });
  await joinCrowd(drop, 1);
  const { context, page } = await shopperAt(drop);
  await page.locator("#stock", { hasText: "If someone doesn't pay, it's yours." }).waitFor();
  await page.getByRole("heading", { name: "You're on standby" }).waitFor();
  await page.locator("#odds", { hasText: "Your chances of getting one are" }).waitFor();
  await page.locator(".progress").waitFor({ state: "hidden" });
  assert.equal(await positionOn(page), 1);

  const newcomer = await shopperAt(drop, { joins: false });
  await newcomer.page.getByText("Every item left is being paid for now.").waitFor();
  await context.close();
  await newcomer.context.close();
});

test("who waited until everything was sold is told that it was sold out before their turn", async () => {
  const drop = await openDrop({ units: 1, admission_rate_per_second: 50 });
  const [buyer] = await joinCrowd(drop, 1);
  const { context, page } = await shopperAt(drop);
  await panel(page, "waiting").waitFor();
  await payFor(buyer);
  await panel(page, "end:closed").waitFor();
  await page.getByRole("heading", { name: "Sold out before your turn" }).waitFor();
  await context.close();
});

test("while joining is stopped the button is off, and who came in between joins by themselves later", async () => {
  const drop = await openDrop({ admission_rate_per_second: 50 });
  const early = await shopperAt(drop, { joins: false });
  await panel(early.page, "open").waitFor();
  // A page that does not hear of it in time.
  await early.context.route(`**/v1/drops/${drop.id}`, (route) => route.abort());
  await stopDrop(drop.id);
  await waitUntil("the line is stopped", async () => {
    const room = await call("GET", `${admissionUrl}/v1/drops/${drop.id}/room`);
    return room.mode === "stopped";
  });
  await early.page.locator("#join").click();
  await early.page.getByText("Joining is paused for now. Retrying automatically").waitFor();
  const late = await shopperAt(drop, { joins: false });
  const button = late.page.locator("#join", { hasText: "Joining is paused" });
  await button.waitFor();
  assert.ok(await button.isDisabled());
  assert.equal(await late.page.getByText("isn't open yet").count(), 0);
  await assertAccessible(late.page, "the stopped drop");
  await resumeDrop(drop.id);
  await waitUntil("the button is on again", async () => !(await late.page.locator("#join").isDisabled()));
  await early.page.locator("#panel").locator("[data-kind^=waiting], [data-kind^=order]").first().waitFor();
  await early.context.close();
  await late.context.close();
});

test("an item is released only after a question, and kept if that is the answer", async () => {
  const { context, page } = await shopperAtTheTurn();
  await page.getByRole("button", { name: "Cancel my order" }).click();
  await assertAccessible(page, "the question whether to release");
  await page.getByRole("button", { name: "Keep the order" }).click();
  await panel(page, "order:reserved").waitFor();
  await page.getByRole("button", { name: "Cancel my order" }).click();
  await page.getByRole("button", { name: "Cancel the order" }).click();
  await panel(page, "order:cancelled").waitFor();
  await context.close();
});

test("a pause is told in our words, with the operator's apart, to those who wait and to those who pay", async () => {
  const { drop, context, page } = await shopperAtTheTurn();
  const waiting = await shopperAt(await openPausedDrop({ message: "Back at noon." }));
  await waiting.page.locator(".notice strong", { hasText: "Paused: nobody is being let in" }).waitFor();
  await waiting.page.locator(".notice blockquote", { hasText: /^Back at noon\.$/ }).waitFor();
  await waiting.page.locator(".progress").waitFor({ state: "hidden" });
  await assertAccessible(waiting.page, "the pause");

  await pauseDrop(drop.id, "We look into something.");
  await page.locator(".turn blockquote", { hasText: "We look into something." }).waitFor();
  await context.close();
  await waiting.context.close();
});

test("a message in two languages is read in that of the page, in line and by who pays", async () => {
  const [en, ko] = ["Back at noon.", "정오에 돌아와요."];
  const { drop, context, page } = await shopperAtTheTurn();
  const waiting = await shopperAt(await openPausedDrop({ message: { en, ko } }));
  const inLine = waiting.page.locator(".notice blockquote");
  await inLine.filter({ hasText: en }).waitFor();
  await waiting.page.getByRole("button", { name: "한국어" }).click();
  await inLine.filter({ hasText: ko }).waitFor();

  await page.getByRole("button", { name: "한국어" }).click();
  await pauseDrop(drop.id, { en, ko });
  await page.locator(".turn blockquote", { hasText: ko }).waitFor();
  await context.close();
  await waiting.context.close();
});

test("without a network nothing is called live", async () => {
  const drop = await openPausedDrop({});
  const { context, page } = await shopperAt(drop);
  await page.locator(".connection[data-phase=live]").waitFor();
  await context.setOffline(true);
  await page.locator(".connection[data-phase=offline]").waitFor();
  await page.getByText("Offline. You keep your place.").waitFor();
  await context.setOffline(false);
  await page.locator(".connection[data-phase=live]").waitFor();
  await context.close();
});

test("the card that was chosen stays chosen when the language is switched", async () => {
  const { context, page } = await shopperAtTheTurn();
  await page.getByLabel("Card that is declined").check();
  await page.getByRole("button", { name: "한국어" }).click();
  assert.ok(await page.getByLabel("거절되는 카드").isChecked());
  await context.close();
});

test("a browser that was sent nowhere gets a page, and it says so", async () => {
  const context = await phone(browser);
  const page = await context.newPage();
  for (const path of ["/nope", "/drops", "/orders"]) {
    const response = await page.goto(`${storefrontUrl}${path}`);
    assert.equal(response?.status(), 404, path);
    await page.getByRole("heading", { name: "There's nothing here" }).waitFor();
  }
  await assertAccessible(page, "the missing page");
  const missing = await page.goto(`${storefrontUrl}/drops/00000000-0000-7000-8000-000000000000`);
  assert.equal(missing?.status(), 404);
  await context.close();
});

test("without scripts a page tells what there is, in its reader's language", async () => {
  const drop = await openDrop();
  const context = await phone(browser, { javaScriptEnabled: false, locale: "ko-KR" });
  const page = await context.newPage();
  await page.goto(at(drop));
  assert.equal(await page.locator("html").getAttribute("lang"), "ko");
  await page.getByRole("heading", { level: 1, name: drop.title }).waitFor();
  await page.getByRole("heading", { name: "지금 줄을 설 수 있어요" }).waitFor();
  await page.getByText("₩48,000").waitFor();
  assert.equal(await page.getByText("잠시만 기다려").count(), 0, "nobody waits for ever");
  await page.goto(`${storefrontUrl}/`);
  await page.getByRole("link", { name: drop.title }).first().waitFor();
  await context.close();
});

test("a first visit asks for nothing that it has no right to", async () => {
  const drop = await openDrop();
  const context = await phone(browser);
  const page = await context.newPage();
  const refused = [];
  page.on("response", (response) => {
    if ([401, 403].includes(response.status())) refused.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(at(drop));
  await panel(page, "open").waitFor();
  await page.goto(`${storefrontUrl}/`);
  await page.locator(".drop-card").first().waitFor();
  assert.deepEqual(refused, []);
  await context.close();
});
