// The shop on large screens and in dark mode, and what it says of an order or a page that failed.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import {
  assertAccessible,
  assertFits,
  desktop,
  openPage,
  panel,
  phone,
  startBrowser,
} from "./lib/browser.mjs";
import { joinCrowd } from "./lib/crowd.mjs";
import { cancelDrops, createDrop, openDrop, openPausedDrop, resumeDrop } from "./lib/drops.mjs";
import { shopperCall, storefrontUrl, waitUntil } from "./lib/environment.mjs";

/** The least width with two columns, and the greatest without. */
const WIDE = { width: 900, height: 800 };
const LESS = { width: 899, height: 800 };
const FAILED = new URL("../../../web/dist/en/failed.html", import.meta.url);
const ORDER = "00000000-0000-7000-8000-000000000001";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

const at = (drop) => `${storefrontUrl}/drops/${drop.id}`;

/** Where the facts and what there is to do stand. */
async function columns(page) {
  const [facts, todo] = [page.locator("main > .about"), page.locator("#panel")];
  return { facts: await facts.boundingBox(), todo: await todo.boundingBox() };
}

async function assertBeside(page, where) {
  const { facts, todo } = await columns(page);
  const isOver = facts.x + facts.width > todo.x && todo.x + todo.width > facts.x;
  assert.ok(!isOver, `${where}: not over each other`);
  assert.ok(facts.y < todo.y + todo.height, `${where}: not below`);
  await assertFits(page, where);
}

async function assertBelow(page, where) {
  const { facts, todo } = await columns(page);
  assert.ok(facts.y >= todo.y + todo.height, `${where}: below`);
}

test("from 900 pixels on the facts stand beside what there is to do, from the drop to the order", async () => {
  const drop = await openPausedDrop({ admission_rate_per_second: 50 });
  const context = await desktop(browser, { viewport: WIDE });
  const page = await openPage(context, at(drop));
  await panel(page, "open").waitFor();
  await assertBeside(page, "the open drop");
  await page.setViewportSize(LESS);
  await assertBelow(page, "the open drop");
  await page.setViewportSize(WIDE);
  await page.locator("#join").click();
  await panel(page, "waiting").waitFor();
  await assertBeside(page, "the waiting room");

  await resumeDrop(drop.id);
  await panel(page, "order:reserved").waitFor();
  await assertBeside(page, "the turn");
  await page.setViewportSize(LESS);
  await page.locator("#about").waitFor({ state: "hidden" });
  await page.setViewportSize(WIDE);
  await page.getByRole("button", { name: /^Pay/ }).click();
  await panel(page, "order:confirmed").waitFor();
  await assertBeside(page, "the confirmed order");
  await page.getByRole("link", { name: "View order" }).click();
  await page.locator(".about .facts").waitFor();
  await assertBeside(page, "the order");
  await page.setViewportSize(LESS);
  await assertBelow(page, "the order");
  page.noFaults();
  await context.close();
});

/** Opens each page of the shop, and each state of a drop's page up to the order, and calls `look` on it. */
async function everyPage(context, { soon, drop }, look) {
  const page = await openPage(context, `${storefrontUrl}/`);
  await page.locator(".drop-card .badge").first().waitFor();
  await look(page, "the list");
  await page.goto(at(soon));
  await panel(page, "scheduled").waitFor();
  await look(page, "the drop to come");
  await page.goto(at(drop));
  await panel(page, "open").waitFor();
  await look(page, "the open drop");
  await page.locator("#join").click();
  await panel(page, "waiting").waitFor();
  await look(page, "the waiting room");
  await resumeDrop(drop.id);
  await panel(page, "order:reserved").waitFor();
  await look(page, "the turn");
  await page.locator(".pay-bar button").click();
  await panel(page, "order:confirmed").waitFor();
  await look(page, "the confirmed order");
  await page.locator('#panel [href^="/orders/"]').click();
  await page.locator(".about .facts").waitFor();
  await look(page, "the order");
  await page.goto(`${storefrontUrl}/handoff`);
  await page.locator("#code").waitFor();
  await look(page, "another device");
  await page.goto(`${storefrontUrl}/nope`);
  await page.locator("#languages button").first().waitFor();
  await look(page, "the missing page");
  page.noFaults();
}

test("every page of the shop is accessible on a large screen and in dark mode", async () => {
  const soon = await createDrop({ opensInMs: 3_600_000 });
  const looks = [
    ["desktop", desktop, {}],
    ["desktop, Korean and dark", desktop, { locale: "ko-KR", colorScheme: "dark" }],
    ["phone, dark", phone, { colorScheme: "dark" }],
  ];
  for (const [name, screen, options] of looks) {
    const drop = await openPausedDrop({ admission_rate_per_second: 50 });
    await joinCrowd(drop, 2);
    const context = await screen(browser, options);
    await everyPage(context, { soon, drop }, (page, where) =>
      assertAccessible(page, `shop, ${where}, ${name}`),
    );
    await context.close();
  }
});

test("a card of the list names variants and price, and what is to come goes into a calendar", async () => {
  const soon = await createDrop({ opensInMs: 3_600_000, variants: ["Celadon", "Moon white"] });
  const open = await openDrop();
  await waitUntil("the list has both", async () => {
    const { data } = await shopperCall("GET", "/v1/drops?limit=50");
    return [soon, open].every((drop) => data.some(({ id }) => id === drop.id));
  });
  const context = await phone(browser);
  const page = await openPage(context, `${storefrontUrl}/`);
  const cardOf = (drop) => page.locator(`li:has(> a[href="/drops/${drop.id}"])`);
  const card = cardOf(soon);
  await card.locator(".badge").first().waitFor();
  assert.equal(await card.locator(".names").textContent(), "Celadon · Moon white");
  assert.equal(await card.locator(".price").textContent(), "₩48,000");
  const file = card.getByRole("link", { name: `Add to your calendar: ${soon.title}` });
  const answer = await fetch(new URL(await file.getAttribute("href"), storefrontUrl));
  assert.match(await answer.text(), /^BEGIN:VCALENDAR/);
  assert.equal(await cardOf(open).locator(".names").textContent(), "Celadon");
  assert.ok(await cardOf(open).locator('[href$=".ics"]').isHidden());
  page.noFaults();
  await context.close();
});

/** An order that is over, as the API tells it. */
function orderOf(drop, told) {
  const now = new Date().toISOString();
  const money = { amount_minor: 48_000, currency: "KRW", units: 1, variant_name: "Celadon" };
  const times = { created_at: now, updated_at: now, server_time: now };
  const timeline = [{ state: told.state, at: now }];
  const of = { drop_id: drop.id, drop_title: drop.title, drop_state: "open" };
  return { id: ORDER, ticket_id: ORDER, ...of, ...money, ...times, timeline, ...told };
}

test("an order that was rejected, not paid or lost by us says so, and that nothing was charged", async () => {
  const drop = await openDrop();
  const ends = [
    [{ state: "rejected", reason: "sold_out" }, "No order was placed", /last item was sold just before/],
    [{ state: "payment_failed", reason: "declined" }, "The payment didn't go through", /declined the card/],
    [{ state: "dead" }, "Something went wrong on our side", /We've been told/],
  ];
  for (const [told, title, why] of ends) {
    const context = await desktop(browser);
    await context.route(`**/v1/orders/${ORDER}`, (route) => route.fulfill({ json: orderOf(drop, told) }));
    const page = await openPage(context, `${storefrontUrl}/orders/${ORDER}`);
    await page.getByRole("heading", { level: 2, name: title }).waitFor();
    await page.getByText(why).waitFor();
    await page.getByText(/You were not charged/).waitFor();
    await page.locator("#panel").getByRole("link", { name: "Back to the drop" }).waitFor();
    await page.locator("#description", { hasText: "From one firing" }).waitFor();
    await assertAccessible(page, `shop, an order, ${told.state}`);
    page.noFaults();
    await context.close();
  }
});

test("the page of a fault of ours says that it is ours, and leads back to where one was", async () => {
  const drop = await openDrop();
  const body = await readFile(FAILED, "utf8");
  for (const colorScheme of ["light", "dark"]) {
    const context = await phone(browser, { colorScheme });
    const failing = at(drop);
    await context.route(failing, (route) => route.fulfill({ status: 500, contentType: "text/html", body }));
    const page = await openPage(context, failing);
    await page.getByRole("heading", { level: 1, name: "Something went wrong" }).waitFor();
    await page.getByText("This is our fault, not yours.").waitFor();
    await assertAccessible(page, `shop, a fault of ours, ${colorScheme}`);
    await context.unroute(failing);
    await page.getByRole("link", { name: "Try again" }).click();
    await panel(page, "open").waitFor();
    await context.close();
  }
});
