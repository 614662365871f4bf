// The operator's console: finding a room, changing what it does, and those who wait seeing it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  assertAccessible,
  desktop,
  openPage,
  panel,
  phone,
  screenshot,
  startBrowser,
} from "./lib/browser.mjs";
import {
  answer,
  hasKeyboard,
  openByLink,
  openConsole,
  operatorLink,
  pressOn,
  tabTo,
  typeKey,
  visit,
} from "./lib/console.mjs";
import { joinCrowd } from "./lib/crowd.mjs";
import { cancelDrops, createDrop, openDrop, protectSite } from "./lib/drops.mjs";
import { operatorCall, storefrontUrl, waitUntil } from "./lib/environment.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

const limitsOf = (drop) => operatorCall("GET", `/drops/${drop.id}/limits`);
const rateIs = (drop, rate) =>
  waitUntil(`the rate is ${rate}`, async () => (await limitsOf(drop)).admission_rate_per_second === rate);

/** A drop that lets hardly anybody in, with some who wait. */
async function slowDrop(settings = {}) {
  const drop = await openDrop({ admission_rate_per_second: 0.001, ...settings });
  await joinCrowd(drop, 8);
  return drop;
}

test("a wrong key is refused, and a right one leads to the rooms", async () => {
  const context = await desktop(browser);
  const page = await openPage(context, `${storefrontUrl}/operator`);
  await page.getByRole("heading", { name: "Sign in as an operator" }).waitFor();
  await assertAccessible(page, "operator, signing in");
  await typeKey(page, "sk_0000");
  await page.getByText("This key isn't valid, or it was revoked.").waitFor();
  await assertAccessible(page, "operator, a wrong key");
  page.noFaults();
  await page.close();
  const inside = await openConsole(context, "operator");
  await inside.getByRole("heading", { level: 1, name: "Rooms" }).waitFor();
  await inside.getByRole("button", { name: "Sign out" }).click();
  await inside.getByRole("heading", { name: "Sign in as an operator" }).waitFor();
  await inside.reload();
  await inside.getByRole("heading", { name: "Sign in as an operator" }).waitFor();
  inside.noFaults();
  await context.close();
});

test("a link leads an operator in, and an admin to the keys", async () => {
  const context = await desktop(browser);
  const page = await openByLink(context, await operatorLink());
  assert.ok(page.url().endsWith("/operator"), "the token has left the address bar");
  assert.equal(await page.getByRole("link", { name: "People" }).count(), 0);
  await page.close();
  const admin = await openByLink(context, await operatorLink("admin"));
  await visit(admin, "#/people");
  await admin.getByRole("button", { name: "Make a key" }).waitFor();
  await assertAccessible(admin, "operator, people");
  admin.noFaults();
  await context.close();
});

test("a room is found, its limits are changed after a look at the effect, and the change is taken back", async () => {
  const drop = await slowDrop({ title: "Lantern, last kiln" });
  const context = await desktop(browser);
  const page = await openConsole(context, "operator");
  const link = page.locator("main").getByRole("link", { name: drop.title });
  await link.waitFor();
  await screenshot(page, "operator-rooms", { fullPage: false });
  await page.keyboard.press("/");
  await page.keyboard.type("last kiln");
  await waitUntil("only that room is listed", async () => (await page.locator("tbody tr").count()) === 1);
  await assertAccessible(page, "operator, rooms that were searched");
  await link.click();
  await page.locator(".pressures li").first().waitFor();
  await assertAccessible(page, "operator, one room");

  await visit(page, `#/rooms/${drop.id}/limits`);
  const rate = page.getByRole("group", { name: "Let in per second", exact: true });
  await rate.getByLabel("Exactly").fill("0.01");
  await page.locator(".preview tbody tr").first().waitFor();
  await assertAccessible(page, "operator, the effect of a change before it is made");
  await screenshot(page, "operator-limits");
  assert.equal((await limitsOf(drop)).admission_rate_per_second, 0.001, "a look changes nothing");
  await page.getByRole("button", { name: "Apply now" }).click();
  await assertAccessible(page, "operator, the question why");
  await answer(page, { why: "the provider has time" });
  await rateIs(drop, 0.01);

  await page.getByRole("button", { name: "Undo the last change" }).click();
  await answer(page);
  await rateIs(drop, 0.001);
  await visit(page, `#/rooms/${drop.id}/log`);
  await page.getByText("the provider has time").waitFor();
  await visit(page, `#/rooms/${drop.id}`);
  await page.locator(".acts li", { hasText: "Limits undone" }).waitFor();
  page.noFaults();
  await context.close();
});

test("a change is planned slowly and for later, and called off", async () => {
  const drop = await slowDrop();
  const context = await desktop(browser);
  const page = await openConsole(context, "operator");
  await visit(page, `#/rooms/${drop.id}/limits`);
  const rate = page.getByRole("group", { name: "Let in per second", exact: true });
  await rate.getByLabel("Exactly").fill("0.05");
  await page.getByLabel("Begin later").check();
  await page.getByLabel("Move slowly").check();
  await page.getByRole("button", { name: "Plan it" }).click();
  await answer(page);
  await page.getByRole("heading", { name: "A change is planned" }).waitFor();
  await assertAccessible(page, "operator, a planned change");
  await page.getByRole("button", { name: "Call it off" }).click();
  await answer(page);
  await page.getByRole("heading", { name: "A change is planned" }).waitFor({ state: "detached" });
  assert.equal((await limitsOf(drop)).admission_rate_per_second, 0.001);
  page.noFaults();
  await context.close();
});

test("a pause with a message reaches who waits, and a stop asks for the drop's name", async () => {
  const drop = await slowDrop({ title: "Harbour bell" });
  const shopper = await phone(browser);
  const waiting = await openPage(shopper, `${storefrontUrl}/drops/${drop.id}`);
  await waiting.locator("#join").click();
  await panel(waiting, "waiting").waitFor();
  const context = await desktop(browser);
  const page = await openConsole(context, "operator");
  await visit(page, `#/rooms/${drop.id}`);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await answer(page, { message: { English: "Back at noon.", Korean: "정오에 돌아와요." } });
  await waiting.locator(".notice blockquote", { hasText: /^Back at noon\.$/ }).waitFor();
  await page.locator("blockquote[lang=ko]", { hasText: "정오에 돌아와요." }).waitFor();
  await page.getByRole("heading", { name: /^Mode: Paused/ }).waitFor();

  await page.getByRole("button", { name: "Emergency stop" }).click();
  const dialog = page.locator("dialog[open]");
  const stop = dialog.locator("button[type=submit]");
  await dialog.getByLabel("Why?").fill("browser test");
  await dialog.getByLabel(/^Type/).fill("Harbour");
  assert.ok(await stop.isDisabled(), "half a name is none");
  await assertAccessible(page, "operator, a dangerous act");
  await answer(page, { name: drop.title });
  await waiting.locator(".notice strong", { hasText: "Stopped: nobody is being let in" }).waitFor();
  assert.equal((await limitsOf(drop)).mode, "stopped");
  await page.getByRole("button", { name: "Resume" }).click();
  await answer(page);
  await waiting.locator(".notice").waitFor({ state: "hidden" });
  page.noFaults();
  waiting.noFaults();
  await context.close();
  await shopper.close();
});

test("an operator needs nothing but the keyboard, and Escape changes nothing", async () => {
  const drop = await slowDrop({ title: "Copper kettle, hand beaten" });
  const context = await desktop(browser);
  const page = await openConsole(context, "operator");
  const link = page.locator("main").getByRole("link", { name: drop.title });
  await link.waitFor();
  await page.keyboard.press("/");
  assert.ok(await hasKeyboard(page.getByLabel("Search")));
  await pressOn(page, link);
  await page.getByRole("heading", { level: 1, name: drop.title }).waitFor();
  await pressOn(page, page.getByRole("link", { name: "Limits", exact: true }));
  await tabTo(page, page.getByRole("slider", { name: "Let in per second, roughly" }));
  await page.keyboard.press("ArrowRight");
  await page.locator(".preview tbody tr").first().waitFor();

  const apply = page.locator("form.limits button[type=submit]");
  await pressOn(page, apply);
  const dialog = page.locator("dialog[open]");
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal((await limitsOf(drop)).admission_rate_per_second, 0.001);
  assert.ok(await hasKeyboard(apply), "the keyboard is back where it was");

  await page.keyboard.press("Enter");
  await tabTo(page, dialog.getByLabel("Why?"));
  await page.keyboard.type("by keyboard");
  await pressOn(page, dialog.locator("button[type=submit]"));
  await waitUntil("the rate has changed", async () => {
    return (await limitsOf(drop)).admission_rate_per_second > 0.001;
  });
  page.noFaults();
  await context.close();
});

test("streams, people and memory of the processes that keep lines are drawn, with what people did", async () => {
  const drop = await slowDrop();
  await operatorCall("POST", `/drops/${drop.id}/pause`, { why: "drawn in the health page" });
  const context = await desktop(browser);
  const page = await openConsole(context, "operator");
  await visit(page, "#/health");
  const board = page.getByRole("region", { name: "Charts" });
  for (const title of ["Open streams", "People in the lines it follows", "Memory"])
    await board.getByRole("heading", { name: title }).first().waitFor();
  await board.locator(".legend dd", { hasText: /MB|GB/ }).first().waitFor();
  await board.locator(".acts li", { hasText: "drawn in the health page" }).first().waitFor();
  await assertAccessible(page, "operator, health with its charts");
  await board.getByRole("link", { name: "1 h", exact: true }).click();
  await board.locator('a[aria-current="page"]', { hasText: "1 h" }).waitFor();
  await board.locator(".legend dd", { hasText: /MB|GB/ }).first().waitFor();
  page.noFaults();
  await context.close();
});

test("all that an open room needs is there, and the list of rooms says so", async () => {
  const drop = await slowDrop({ title: "Salt lamp, second batch" });
  const context = await desktop(browser);
  const page = await openConsole(context, "operator");
  const row = page.locator("tbody tr", { hasText: drop.title });
  await row.getByText("All there").waitFor();
  page.noFaults();
  await context.close();
});

test("what the gate of a site does without its line is explained, chosen and written down", async () => {
  const site = await protectSite();
  const context = await desktop(browser);
  const page = await openConsole(context, "operator");
  await visit(page, `#/rooms/${site.id}/limits`);
  const part = page.getByRole("region", { name: "While the line gives no answer" });
  await part.getByText("Now: Stay closed").waitFor();
  await part.getByRole("radio", { name: /^Open a little/ }).check();
  const people = part.getByLabel("People who come in per minute, at most");
  const send = part.getByRole("button", { name: "Set it" });
  await part.getByLabel("Why?").fill("we can take thirty");
  await people.fill("60001");
  assert.ok(await send.isDisabled(), "no minute has that many");
  await people.fill("30");
  await assertAccessible(page, "operator, what a gate does without its line");
  await send.click();
  await part.getByText("Now: Open a little").waitFor();
  await part.getByText("up to 30 a minute").waitFor();
  const policy = await operatorCall("GET", `/drops/${site.id}/failure-policy`);
  assert.deepEqual([policy.policy, policy.per_minute], ["open", 30]);
  await visit(page, `#/rooms/${site.id}/log`);
  await page.getByText("we can take thirty").waitFor();
  page.noFaults();
  await context.close();
});

/** What an agent says of its run. */
const agentSays = (id, what, body) => operatorCall("POST", `/load-runs/${id}/${what}`, body);

/** Asks for a crowd in the console, and returns its run. */
async function askForCrowd(page, why) {
  await visit(page, "#/lab");
  await page.getByLabel("People", { exact: true }).fill("40");
  await page.getByLabel("Units", { exact: true }).fill("10");
  await page.getByLabel("Why?").fill(why);
  await page.getByRole("button", { name: "Send it" }).click();
  return waitUntil("the crowd is asked for", async () => {
    const runs = await operatorCall("GET", "/load-runs");
    return runs.data.find((run) => run.why === why) ?? null;
  });
}

test("a crowd is asked for, shown as it goes, and judged in the load lab", async () => {
  const context = await desktop(browser);
  const page = await openConsole(context, "operator");
  const { id } = await askForCrowd(page, `browser test ${Date.now()}`);
  await visit(page, "#/lab");
  await page.getByText("One crowd at a time").waitFor();
  await page.locator(`a[href="#/lab/${id}"]`).click();
  await page.getByText("No agent has taken it yet.").waitFor();
  await assertAccessible(page, "operator, a crowd that waits for its agent");

  await agentSays(id, "take", { agent: "browser test" });
  const { id: dropId } = await createDrop({ opensInMs: 3_600_000 });
  const crowd = { drop_ids: [dropId], joined: 40, admitted: 25, paid: 10, done: 20 };
  await agentSays(id, "progress", crowd);
  await page.getByText("Under way", { exact: true }).waitFor();
  const progress = page.getByRole("progressbar");
  await progress.waitFor();
  assert.equal(Number(await progress.getAttribute("value")), 0.5);
  await assertAccessible(page, "operator, a crowd under way");

  const found = (rule, verdict) => ({ drop_id: dropId, rule, verdict, detail: "by a browser test" });
  const judgements = [found("STOCK-1", "pass"), found("LINE-9", "not_applicable")];
  await agentSays(id, "finish", { judgements });
  await page.getByText("Passed", { exact: true }).waitFor();
  await page.getByText("1 held, 0 did not, 1 could not be judged.").waitFor();
  await page.locator("tbody tr", { hasText: "never oversold" }).getByText("Held", { exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Cancel it" }).count(), 0, "it is over");
  await assertAccessible(page, "operator, what was found in a crowd");
  await visit(page, "#/lab");
  await page.getByRole("button", { name: "Send it" }).waitFor();
  assert.equal(await page.getByText("One crowd at a time").count(), 0);
  page.noFaults();
  await context.close();
});

test("a crowd is cancelled in the load lab, and its agent is told so", async () => {
  const context = await desktop(browser);
  const page = await openConsole(context, "operator");
  const { id } = await askForCrowd(page, `browser test ${Date.now()}, cancelled`);
  await agentSays(id, "take", { agent: "browser test" });
  await page.locator(`a[href="#/lab/${id}"]`).click();
  await page.getByRole("button", { name: "Cancel it" }).click();
  await answer(page);
  await page.getByText("Cancelled", { exact: true }).waitFor();
  const progress = { drop_ids: [], joined: 1, admitted: 0, paid: 0, done: 0 };
  await assert.rejects(agentSays(id, "progress", progress), /409/);
  page.noFaults();
  await context.close();
});

test("without a network what is shown is called old, and stays", async () => {
  const drop = await slowDrop();
  const context = await desktop(browser);
  const page = await openConsole(context, "operator");
  await visit(page, `#/rooms/${drop.id}`);
  await context.setOffline(true);
  await page.getByText("You're offline. What is shown here may be old.").waitFor();
  await page.locator(".stale").first().waitFor();
  await page.locator(".moment output", { hasText: "Last known" }).waitFor();
  assert.equal(await page.getByRole("alert").count(), 1, "it is said once");
  await page.locator(".pressures li").first().waitFor();
  await assertAccessible(page, "operator, without a network");
  await context.setOffline(false);
  await page.getByText("You're offline.").waitFor({ state: "detached" });
  await waitUntil("the figures are new again", async () => (await page.locator(".stale").count()) === 0);
  await context.close();
});
