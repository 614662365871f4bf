// The seller's console: a product with a picture, a drop by the wizard, its orders, codes and lanes.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import {
  assertAccessible,
  desktop,
  openPage,
  panel,
  phone,
  screenshot,
  shot,
  startBrowser,
} from "./lib/browser.mjs";
import {
  answer,
  hasKeyboard,
  openByLink,
  openConsole,
  pressOn,
  sellerLink,
  tabTo,
  visit,
} from "./lib/console.mjs";
import { joinCrowd, payFor } from "./lib/crowd.mjs";
import { cancelDrops, cancelLater, createDrop, opened, openDrop, protectSite } from "./lib/drops.mjs";
import { admissionUrl, call, sellerCall, storefrontUrl, waitUntil } from "./lib/environment.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

const goOn = (page) => page.getByRole("button", { name: "Go on" }).click();
const idIn = (page) => /drops\/([0-9a-f-]{36})/.exec(page.url())?.[1];

/** Returns the lines of the file that a link leads to. */
async function linesBehind(page, link) {
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const text = await readFile(await download.path(), "utf8");
  return text.split(/\r?\n/).filter(Boolean);
}

/** What the page looks like, as a file to be chosen. */
const pictureOf = async (page) => ({
  name: "lamp.png",
  mimeType: "image/png",
  buffer: await page.screenshot(),
});

const isShown = (image) => image.evaluate(({ complete, naturalWidth }) => complete && naturalWidth > 0);

test("a one-time link signs a seller in once, and its token stays nowhere", async () => {
  const link = await sellerLink();
  const context = await desktop(browser);
  const page = await openByLink(context, link);
  assert.equal(new URL(page.url()).hash, "", "the token has left the address bar");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in as a seller" }).waitFor();
  const again = await openPage(context, link);
  await again.getByText("This link was used before").waitFor();
  await assertAccessible(again, "seller, a link that was used");
  page.noFaults();
  again.noFaults();
  await context.close();
});

test("a seller makes a product with a picture, launches a drop, and sees somebody buy", async () => {
  const context = await desktop(browser);
  const page = await openConsole(context, "seller");
  await makeProduct(page, "Storm lantern");
  await launch(page, { product: "Storm lantern", variant: "Brass", title: "Lanterns on Friday" });
  const id = idIn(page);
  cancelLater(id);
  await opened(id);

  const shopper = await phone(browser);
  const shop = await openPage(shopper, `${storefrontUrl}/drops/${id}`);
  await shop.locator("#join").click();
  await panel(shop, "order:reserved").waitFor();
  await shop.getByRole("button", { name: "Pay €129.00" }).click();
  await panel(shop, "order:confirmed").waitFor();
  await shopper.close();

  const paid = page.locator(".funnel li", { hasText: "Paid" }).locator("strong", { hasText: /^1$/ });
  await paid.waitFor();
  await page.locator(".bigs", { hasText: "€129.00" }).waitFor();
  await assertAccessible(page, "seller, a drop that sells");
  await screenshot(page, "seller-live");
  page.noFaults();
  await context.close();
});

async function makeProduct(page, name) {
  await visit(page, "#/products");
  const form = page.locator("main form").last();
  await form.getByLabel("Name", { exact: true }).fill(name);
  await form.getByLabel("Name of the variant").fill("Brass");
  await form.getByLabel("Price", { exact: true }).fill("129.00");
  await form.getByLabel("Units in stock").fill("200");
  await form.getByLabel("Picture from a file").setInputFiles(await pictureOf(page));
  await assertAccessible(page, "seller, a new product");
  await form.getByRole("button", { name: "Create the product" }).click();
  const image = page.locator("tbody tr", { hasText: name }).first().locator("img.thumb");
  // Far down a list a picture is not fetched.
  await image.scrollIntoViewIfNeeded();
  await waitUntil("the picture is shown", () => isShown(image));
  await shot(page, "seller, a product with its picture");
}

/** Goes through the wizard, with the usual values for whatever is not named. */
async function launch(page, { product, variant, title }) {
  await visit(page, "#/new?step=what");
  await goOn(page);
  await page.locator(".fault").first().waitFor();
  await assertAccessible(page, "seller, new drop, what is missing");
  // The newest is the first of those with this name.
  const choice = page.getByLabel("What is sold");
  const option = choice.locator("option", { hasText: product }).first();
  await option.waitFor({ state: "attached" });
  await choice.selectOption(await option.getAttribute("value"));
  await page.getByLabel("Title", { exact: true }).fill(title);
  await goOn(page);
  await page.getByLabel(variant).fill("20");
  await goOn(page);
  await page.getByLabel("Now", { exact: true }).check();
  await goOn(page);
  await page.getByLabel("People let in per second").fill("20");
  await goOn(page);
  await page.getByRole("group", { name: "Who may join?" }).waitFor();
  await goOn(page);
  await page.locator(".facts .row", { hasText: variant }).waitFor();
  await assertAccessible(page, "seller, new drop, all of it");
  await screenshot(page, "seller-new-drop");
  await page.getByRole("button", { name: "Create the drop" }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

test("orders are filtered, and what is seen is what the file has", async () => {
  const drop = await openDrop({ admission_rate_per_second: 50 });
  const [buyer] = await joinCrowd(drop, 3);
  await payFor(buyer);
  const context = await desktop(browser);
  const page = await openConsole(context, "seller");
  await visit(page, `#/drops/${drop.id}/orders`);
  const rows = page.locator("tbody tr");
  const seen = (count) =>
    waitUntil(`${count} orders are seen`, async () => {
      await page.getByRole("button", { name: "Read again" }).click();
      return (await rows.count()) === count;
    });
  await seen(3);
  await assertAccessible(page, "seller, orders");
  await page.getByLabel("State").selectOption({ label: "Paid" });
  await seen(1);
  const lines = await linesBehind(page, page.getByRole("link", { name: "Download as a file" }));
  assert.equal(lines.length, 2, "the names of the columns, and one order");
  assert.match(lines[1], /confirmed/);
  await page.getByLabel("State").selectOption({ label: "Payment failed" });
  await page.getByText("No order is like that.").waitFor();
  page.noFaults();
  await context.close();
});

test("codes of an invite-only drop are made once, kept as a file, let somebody in, and are revoked", async () => {
  const drop = await openDrop({
    invite_only: true,
    lanes: [{ lane: 1, name: "Early access", share_percent: 20 }],
    admission_rate_per_second: 0.001,
  });
  const context = await desktop(browser);
  const page = await openConsole(context, "seller");
  await visit(page, `#/drops/${drop.id}/codes`);
  await page.getByLabel("Lane", { exact: true }).selectOption({ label: "Early access" });
  await page.getByLabel("Label", { exact: true }).fill("For friends");
  await page.getByLabel("How many codes").fill("3");
  await page.getByRole("button", { name: "Make the codes" }).click();
  const lines = await linesBehind(page, page.getByRole("link", { name: "Download 3 codes as a file" }));
  assert.equal(lines.length, 4);
  await assertAccessible(page, "seller, codes that were just made");

  const shopper = await phone(browser);
  const shop = await openPage(shopper, `${storefrontUrl}/drops/${drop.id}`);
  await shop.locator("#code").fill(lines[1]);
  await shop.locator("#join").click();
  await panel(shop, "waiting").waitFor();
  await shop.locator("#lane", { hasText: "Early access" }).waitFor();
  await shopper.close();

  const row = page.locator("tbody tr", { hasText: "For friends" });
  await row.getByRole("button", { name: "Revoke" }).click();
  await answer(page);
  await row.getByText("All of them").waitFor();
  page.noFaults();
  await context.close();
});

test("lanes, times and a picture of its own are set until a drop opens", async () => {
  const drop = await createDrop({ opensInMs: 3_600_000 });
  const context = await desktop(browser);
  const page = await openConsole(context, "seller");
  await visit(page, `#/drops/${drop.id}/manage`);
  await page.getByRole("button", { name: "Add a lane" }).click();
  await page.getByLabel("Name of lane 1").fill("Early access");
  await page.getByLabel("Share of lane 1 in percent").fill("95");
  await page.locator(".fault").first().waitFor();
  await page.getByLabel("Share of lane 1 in percent").fill("20");
  await page.getByRole("button", { name: "Set the lanes" }).click();
  const current = () => sellerCall("GET", `/drops/${drop.id}`);
  await waitUntil("the lanes are set", async () => (await current()).lanes?.length === 2);
  await page.getByLabel("Picture from a file").setInputFiles(await pictureOf(page));
  await page.getByRole("button", { name: "Show this picture" }).click();
  await waitUntil("the picture is there", async () => (await current()).picture !== null);
  await waitUntil("it is shown", () => isShown(page.locator("img.thumb")));
  await assertAccessible(page, "seller, a drop before it opens");
  page.noFaults();
  await context.close();
});

test("waits and those who left are drawn over time on the page of a running drop", async () => {
  const drop = await openDrop({ admission_rate_per_second: 20, occupancy_cap: 1 });
  const crowd = await joinCrowd(drop, 3);
  await payFor(crowd[0]);
  const { session, token } = crowd[2];
  await call("DELETE", `${admissionUrl}/v1/drops/${drop.id}/ticket`, { key: session, ticket: token });
  const context = await desktop(browser);
  const page = await openConsole(context, "seller");
  await visit(page, `#/drops/${drop.id}`);
  const chart = (title) => page.locator(".chart", { has: page.getByRole("heading", { name: title }) });
  const curve = (title, label) =>
    chart(title).locator(".curve", { has: page.getByText(label, { exact: true }) });
  for (const label of ["half waited up to", "nine in ten up to"])
    await curve("Waits of those let in last", label).locator("dd", { hasText: /^\d+:\d\d$/ }).waitFor();
  const left = curve("Who left or was lost, in all", "left the line");
  await left.locator("dd", { hasText: /^1$/ }).waitFor();
  await assertAccessible(page, "seller, waits and losses over time");
  page.noFaults();
  await context.close();
});

test("a seller keeps those inside while the line gives no answer", async () => {
  const site = await protectSite();
  const context = await phone(browser, { locale: "ko-KR" });
  const page = await openConsole(context, "seller");
  await visit(page, `#/drops/${site.id}/manage`);
  const part = page.getByRole("region", { name: "줄이 응답하지 않을 때" });
  await part.getByText("지금: 닫아 두기").waitFor();
  await part.getByRole("radio", { name: /^안에 있는 사람은 그대로/ }).check();
  const send = part.getByRole("button", { name: "정하기" });
  assert.ok(await send.isDisabled(), "it asks why");
  await part.getByLabel("이유").fill("browser test");
  await send.click();
  await part.getByText("지금: 안에 있는 사람은 그대로").waitFor();
  const policy = await sellerCall("GET", `/drops/${site.id}/failure-policy`);
  assert.deepEqual([policy.policy, policy.per_minute], ["hold", null]);
  page.noFaults();
  await context.close();
});

test("a site is put behind its line with nothing but the keyboard", async () => {
  const context = await desktop(browser);
  const page = await openConsole(context, "seller");
  await visit(page, "#/new?step=what");
  await tabTo(page, page.getByLabel(/^It sells, and people say on joining/));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const address = page.getByLabel("Address of your site");
  await tabTo(page, address);
  await page.keyboard.type("http://127.0.0.1:9/");
  await tabTo(page, page.getByLabel("Title", { exact: true }));
  await page.keyboard.type("Harbour Lamps, by keyboard");
  const next = page.getByRole("button", { name: "Go on" });
  for (const step of ["When", "How fast", "For whom", "Check"]) {
    await pressOn(page, next);
    const heading = page.getByRole("heading", { level: 2, name: step, exact: true });
    await heading.waitFor();
    await waitUntil(`${step} has the keyboard`, () => hasKeyboard(heading));
  }
  await pressOn(page, page.getByRole("button", { name: "Create the drop" }));
  await page.getByRole("heading", { name: "Put the line in front of your site" }).waitFor();
  cancelLater(idIn(page));
  await assertAccessible(page, "seller, what a site's proxy needs");
  page.noFaults();
  await context.close();
});

test("what a draft would do is drawn while it is typed, and nothing is made", async () => {
  const context = await desktop(browser);
  const page = await openConsole(context, "seller");
  await visit(page, "#/new?step=what");
  await page.getByLabel(/^It lets people into my site/).check();
  await visit(page, "#/new?step=speed");
  const part = page.getByRole("region", { name: "What if" });
  const told = part.locator("ul[aria-live] li");
  await told.first().waitFor();
  const before = await told.first().textContent();
  await part.locator(".chart canvas").nth(1).waitFor();
  await assertAccessible(page, "seller, what if");

  await part.getByLabel("How many people come").fill("50000");
  await waitUntil("it takes longer", async () => (await told.first().textContent()) !== before);
  await page.getByLabel("People let in per minute").fill("");
  await part.getByText("Curves are drawn once").waitFor();
  page.noFaults();
  await context.close();
});
