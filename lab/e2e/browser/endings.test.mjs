// Ways out of the line, and networks on which it is hard to stay connected.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, openPage, panel, phone, positionOn, startBrowser } from "./lib/browser.mjs";
import { joinCrowd } from "./lib/crowd.mjs";
import { cancelDrop, cancelDrops, openDrop, openPausedDrop, resumeDrop } from "./lib/drops.mjs";
import { admissionUrl, storefrontUrl, waitUntil } from "./lib/environment.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

/** A new shopper who waits in a paused line behind `ahead` others. */
async function waitingShopper({ ahead = 2, prepare = async () => {} } = {}) {
  const drop = await openPausedDrop({ admission_rate_per_second: 2 });
  await joinCrowd(drop, ahead);
  const context = await phone(browser);
  await prepare(context);
  const page = await openPage(context, `${storefrontUrl}/drops/${drop.id}`);
  await page.locator("#join").click();
  await panel(page, "waiting").waitFor();
  await waitUntil("the position is shown", async () => (await positionOn(page)) === ahead + 1);
  return { drop, context, page };
}

test("leaving asks first, reaches every tab, and lets the shopper join again", async () => {
  const { drop, context, page } = await waitingShopper();
  const second = await openPage(context, `${storefrontUrl}/drops/${drop.id}`);
  await panel(second, "waiting").waitFor();
  await page.getByRole("button", { name: "Leave the line" }).click();
  await assertAccessible(page, "the question whether to leave");
  await page.getByRole("button", { name: "Stay in line" }).click();
  await page.getByRole("button", { name: "Leave the line" }).click();
  await page.getByRole("button", { name: "Leave", exact: true }).click();
  await panel(page, "end:left").waitFor();
  await panel(second, "end:left").waitFor();
  await page.getByRole("button", { name: "Join again" }).click();
  await page.locator("#join").click();
  await panel(page, "waiting").waitFor();
  page.noFaults();
  await context.close();
});

test("a place goes on in another browser by its code, once, and the first one keeps showing it", async () => {
  const { context, page } = await waitingShopper();
  await page.getByRole("button", { name: "Move to another device" }).click();
  const shown = page.locator("dialog[open] .handoff-code").filter({ hasText: /^\d{4} \d{4}$/ });
  await shown.waitFor();
  await page.locator("dialog[open]").getByRole("img", { name: "QR code" }).waitFor();
  await assertAccessible(page, "the code for another device");
  const code = await shown.textContent();

  const other = await phone(browser);
  const second = await openPage(other, `${storefrontUrl}/handoff`);
  await second.locator("#code").fill(code);
  await assertAccessible(second, "the page for another device's code");
  await second.getByRole("button", { name: "Continue here" }).click();
  await panel(second, "waiting").waitFor();
  await waitUntil("the same place on both", async () => {
    return (await positionOn(second)) === (await positionOn(page));
  });
  page.noFaults();
  second.noFaults();

  const late = await openPage(await phone(browser), `${storefrontUrl}/handoff#${code.replace(" ", "")}`);
  await late.getByRole("button", { name: "Continue here" }).click();
  await late.getByText("This code doesn't work").waitFor();
  await late.context().close();
  await other.close();
  await context.close();
});

test("whoever has copied all cookies of a browser has not got its place", async () => {
  const { drop, context, page } = await waitingShopper();
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const ticket = `${admissionUrl}/v1/drops/${drop.id}/ticket`;
  for (const method of ["GET", "DELETE"]) {
    const stolen = await fetch(ticket, { method, headers: { cookie } });
    assert.deepEqual([stolen.status, (await stolen.json()).code], [401, "possession_needed"]);
  }
  await page.reload();
  await panel(page, "waiting").waitFor();
  page.noFaults();
  await context.close();
});

test("a cancelled drop tells those who wait, and what to do next", async () => {
  const { drop, context, page } = await waitingShopper();
  await cancelDrop(drop.id);
  await panel(page, "end:closed").waitFor();
  await page.getByText("The seller cancelled this drop. You were not charged.").waitFor();
  await page.getByRole("link", { name: "See other drops" }).waitFor();
  await assertAccessible(page, "the end of the line");
  await page.reload();
  await page
    .locator("#panel h2")
    .filter({ hasText: /cancelled|ended/i })
    .waitFor();
  page.noFaults();
  await context.close();
});

test("where WebSockets do not get through, the position still falls by server-sent events", async () => {
  let streams = 0;
  const prepare = async (context) => {
    await context.addInitScript("Math.random = () => 0.02;");
    await context.routeWebSocket(/\/stream/, (socket) => socket.close({ code: 1011 }));
    context.on("request", (request) => {
      if (request.url().includes("/events")) streams += 1;
    });
  };
  const { drop, context, page } = await waitingShopper({ ahead: 6, prepare });
  await waitUntil("the page switches to server-sent events", async () => streams > 0);
  await page.locator(".connection[data-phase=live]").waitFor();
  await resumeDrop(drop.id);
  await waitUntil("the position falls", async () => (await positionOn(page)) < 5);
  await panel(page, "order:reserved").waitFor();
  await context.close();
});

test("where no stream gets through at all, the page polls at the server's pace", async () => {
  const prepare = async (context) => {
    await context.addInitScript("Math.random = () => 0.02;");
    await context.routeWebSocket(/\/stream/, (socket) => socket.close({ code: 1011 }));
    await context.route(/\/events/, (route) => route.abort());
  };
  const { drop, context, page } = await waitingShopper({ ahead: 6, prepare });
  await page.getByText("Checking regularly").waitFor();
  await resumeDrop(drop.id);
  await panel(page, "order:reserved").waitFor({ timeout: 60_000 });
  await context.close();
});

test("an unknown drop and somebody else's order are not found", async () => {
  const context = await phone(browser);
  const page = await openPage(context, `${storefrontUrl}/drops/00000000-0000-7000-8000-000000000000`);
  await page.getByRole("heading", { name: "We can't find this drop" }).waitFor();
  await assertAccessible(page, "the unknown drop");
  await page.goto(`${storefrontUrl}/orders/00000000-0000-7000-8000-000000000000`);
  await page.getByRole("heading", { name: "We can't find this order" }).waitFor({ timeout: 15_000 });
  assert.equal(await page.locator("h1").count(), 1);
  page.noFaults();
  await context.close();
});

test("on a slow connection the page is small and quickly usable", async () => {
  const drop = await openDrop();
  const context = await phone(browser);
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  const slow = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 25_000 };
  await network.send("Network.emulateNetworkConditions", slow);
  const startedAt = Date.now();
  await page.goto(`${storefrontUrl}/drops/${drop.id}`);
  await page.locator("#join").waitFor();
  const tookMs = Date.now() - startedAt;
  assert.ok(tookMs < 10_000, `took ${tookMs} ms at 400 kbit/s and 400 ms`);
  const bytes = await page.evaluate(() => {
    const entries = [
      ...performance.getEntriesByType("navigation"),
      ...performance.getEntriesByType("resource").filter(({ name }) => name.includes("/assets/")),
    ];
    return entries.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  });
  assert.ok(bytes > 0 && bytes <= 30 * 1024, `the waiting room weighs ${bytes} B`);
  await context.close();
});

test("without scripts the page says what it needs, and its policy allows no inline scripts", async () => {
  const asked = (language) => fetch(`${storefrontUrl}/`, { headers: { "accept-language": language } });
  for (const [language, needs] of [
    ["en", /needs JavaScript/],
    ["ko", /자바스크립트가 필요해요/],
  ]) {
    const [, text] = /<noscript>(.*?)<\/noscript>/s.exec(await (await asked(language)).text()) ?? [];
    assert.match(text ?? "", needs);
  }
  const response = await asked("en");
  const policy = response.headers.get("content-security-policy") ?? "";
  assert.match(policy, /script-src 'self'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
});
