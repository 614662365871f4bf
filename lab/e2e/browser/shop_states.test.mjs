// States of the shop that come seldom: standby, the modes of a line, lanes, proof of work, going into a site,
// another device. Each is accessible, and a picture of it is kept.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { assertAccessible, openPage, panel, phone, screenshot, shot, startBrowser } from "./lib/browser.mjs";
import { joinCrowd } from "./lib/crowd.mjs";
import { cancelDrops, changeMode, openDrop, protectSite } from "./lib/drops.mjs";
import { storefrontUrl } from "./lib/environment.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

const at = (drop) => `${storefrontUrl}/drops/${drop.id}`;

/** A new shopper on a drop's page, who joins. */
async function shopperIn(drop) {
  const context = await phone(browser);
  const page = await openPage(context, at(drop));
  await page.locator("#join").click();
  return { context, page };
}

/** A drop that lets hardly anybody in. */
const stillDrop = (settings = {}) => openDrop({ admission_rate_per_second: 0.001, ...settings });

test("on standby the page says so, and what may still come of it", async () => {
  const drop = await openDrop({ units: 1, admission_rate_per_second: 50 });
  await joinCrowd(drop, 1);
  const { context, page } = await shopperIn(drop);
  await page.getByRole("heading", { name: "You're on standby" }).waitFor();
  await assertAccessible(page, "shop, standby");
  page.noFaults();
  await context.close();
});

test("every mode is told in line and in front of it", async () => {
  const drop = await stillDrop();
  const inside = await shopperIn(drop);
  await panel(inside.page, "waiting").waitFor();
  const until = new Date(Date.now() + 1_800_000).toISOString();
  const modes = [
    { act: "hold", inLine: /^On hold: nobody/, inFront: /^Everything is on hold/, button: "Join the line" },
    { act: "drain", inLine: /line\. You and/, inFront: /line\. Everyone in it/, button: "Joining has ended" },
    {
      act: "maintenance",
      body: { until },
      inLine: /^Maintenance until about/,
      inFront: /maintenance until about/,
      button: "Joining is paused",
    },
  ];
  for (const { act, body, inLine, inFront, button } of modes) {
    await changeMode(drop.id, act, { message: "We look into it.", ...body });
    await inside.page.locator(".notice strong", { hasText: inLine }).waitFor();
    await inside.page.locator(".notice blockquote", { hasText: "We look into it." }).waitFor();
    await assertAccessible(inside.page, `shop, in line, ${act}`);

    const context = await phone(browser);
    const page = await openPage(context, at(drop));
    await page.locator(".notice strong", { hasText: inFront }).waitFor();
    await page.locator("#join", { hasText: button }).waitFor();
    // The line is called open only while it runs as usual.
    await page.getByRole("heading", { level: 2, name: button }).waitFor();
    await assertAccessible(page, `shop, before the line, ${act}`);
    page.noFaults();
    await context.close();
  }
  inside.page.noFaults();
  await inside.context.close();
});

test("the lanes of a line are shown with their shares before anybody joins", async () => {
  const lanes = [
    { lane: 1, name: "Early access", share_percent: 20 },
    { lane: 2, name: "Neighbours", share_percent: 0 },
  ];
  const drop = await stillDrop({ lanes });
  const context = await phone(browser);
  const page = await openPage(context, at(drop));
  const shares = page.locator(".lanes .row");
  await shares.nth(2).waitFor();
  const names = await shares.locator("dt").allTextContents();
  assert.deepEqual(names, ["Normal lane", "Early access", "Neighbours"]);
  await page.getByLabel("Access code").waitFor();
  await assertAccessible(page, "shop, lanes");
  await page.locator("#join").click();
  await page.locator("#lane", { hasText: "Normal lane" }).waitFor();
  await shot(page, "shop, in line, a lane");
  page.noFaults();
  await context.close();
});

/** A task that takes a browser a moment. */
function challenge() {
  const salt = "0123456789abcdef01234567?expires=1800000000&max=500&";
  const hash = createHash("sha256").update(`${salt}20000`).digest("hex");
  return { algorithm: "SHA-256", challenge: hash, maxnumber: 20_000, salt, signature: "1.ab" };
}

test("while a browser does its task before it joins, the page says how far it is", async () => {
  const drop = await stillDrop();
  const context = await phone(browser);
  let press;
  const pressed = new Promise((resolve) => {
    press = resolve;
  });
  const asked = [];
  await context.route(/\/v1\/session$/, async (route) => {
    asked.push(route);
    // The answer to the solution never comes, so the page stays as it is.
    if (asked.length > 1) return;
    await pressed;
    const body = JSON.stringify({ code: "proof_needed", challenge: challenge() });
    await route.fulfill({ status: 403, contentType: "application/problem+json", body });
  });
  const page = await openPage(context, at(drop));
  await page.locator("#join").click();
  press();
  await page.getByText("your browser has a small task to do first").waitFor();
  await assertAccessible(page, "shop, proof of work");
  page.noFaults();
  await context.close();
});

test("at the turn the page goes into the site by itself, and says that it does", async () => {
  const site = await protectSite();
  const context = await phone(browser);
  // The way in is never told, so the page stays where it is.
  await context.route(/\/pass$/, () => {});
  const page = await openPage(context, at(site));
  await panel(page, "open").waitFor();
  await assertAccessible(page, "shop, a line before a site");
  await page.locator("#join").click();
  await panel(page, "order:passed").waitFor();
  await shot(page, "shop, the turn to enter a site");
  await screenshot(page, "going-in");
  await page.locator("#go-in", { hasText: "Taking you there…" }).waitFor();
  await assertAccessible(page, "shop, entering a site");
  page.noFaults();
  await context.close();
});

test("a code for another device is shown on one and asked for on the other", async () => {
  const drop = await stillDrop();
  const { context, page } = await shopperIn(drop);
  await panel(page, "waiting").waitFor();
  await page.getByRole("button", { name: "Move to another device" }).click();
  await page.locator("dialog[open] .handoff-code", { hasText: /^\d{4} \d{4}$/ }).waitFor();
  await shot(page, "shop, a code for another device");
  const other = await phone(browser, { locale: "ko-KR", colorScheme: "dark" });
  const second = await openPage(other, `${storefrontUrl}/handoff`);
  await second.locator("#code").waitFor();
  await assertAccessible(second, "shop, another device, Korean and dark");
  page.noFaults();
  second.noFaults();
  await other.close();
  await context.close();
});

test("a turn that was missed, and a line that is being restored, are told", async () => {
  const drop = await stillDrop();
  const context = await phone(browser);
  let tell;
  await context.routeWebSocket(/\/stream/, (socket) => {
    const server = socket.connectToServer();
    let isTold = false;
    server.onMessage((message) => {
      // What comes by itself would take back what is told below.
      if (!isTold) socket.send(message);
    });
    tell = (frame) => {
      isTold = true;
      socket.send(JSON.stringify(frame));
    };
  });
  const page = await openPage(context, at(drop));
  await page.locator("#join").click();
  await page.locator(".connection[data-phase=live]").waitFor();
  const news = page.locator(".notice strong");
  tell({ type: "missed" });
  await news.filter({ hasText: "You were away when it was your turn" }).waitFor();
  await assertAccessible(page, "shop, missed and back");
  tell({ type: "rebuilding" });
  await news.filter({ hasText: "We're restoring the line" }).waitFor();
  await assertAccessible(page, "shop, a line that is being restored");
  page.noFaults();
  await context.close();
});

test("who has less than a minute left to pay is warned, and then told that the time ran out", async () => {
  const drop = await openDrop({ admission_rate_per_second: 50, hold_seconds: 75 });
  const { context, page } = await shopperIn(drop);
  await panel(page, "order:reserved").waitFor();
  await page.locator("#assertive", { hasText: "Less than a minute" }).waitFor({ timeout: 60_000 });
  await page.locator(".timer.soon").waitFor();
  await assertAccessible(page, "shop, less than a minute left");
  await panel(page, "order:expired").waitFor({ timeout: 120_000 });
  await page.getByText("Your item was released. You were not charged.").waitFor();
  await page.getByRole("button", { name: "Join again" }).waitFor();
  await assertAccessible(page, "shop, the time to pay ran out");
  page.noFaults();
  await context.close();
});
