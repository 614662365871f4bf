// What must not happen while one looks on: a page that jumps, one that asks others, memory that grows.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { desktop, openPage, panel, phone, positionOn, startBrowser } from "./lib/browser.mjs";
import { joinCrowd } from "./lib/crowd.mjs";
import { cancelDrops, createDrop, openPausedDrop, resumeDrop } from "./lib/drops.mjs";
import { admissionUrl, storefrontUrl, waitUntil } from "./lib/environment.mjs";

/** What browsers call a good page has less. */
const MAX_SHIFT = 0.1;
const N_FRAMES = 2_000;
/** Until code is compiled and caches are filled. */
const N_FIRST = 500;
/** Half a kilobyte a frame: one that were kept takes more. */
const MAX_GROWTH_B = 1024 * 1024;
const FAR_BACK = 10_000;

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

const at = (drop) => `${storefrontUrl}/drops/${drop.id}`;

/** Notes in each page how much it shifts, but for what somebody asked for. */
const noteShifts = () => {
  globalThis.shifts = [];
  const note = (entries) => {
    for (const { value, hadRecentInput } of entries) if (!hadRecentInput) globalThis.shifts.push(value);
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: "layout-shift", buffered: true });
  globalThis.noteRest = () => note(observer.takeRecords());
};

async function assertSteady(page, where) {
  const shifts = await page.evaluate(async () => {
    // A shift is told once its frame has been drawn.
    for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
    globalThis.noteRest();
    return globalThis.shifts;
  });
  const sum = shifts.reduce((sum, shift) => sum + shift, 0);
  assert.ok(sum < MAX_SHIFT, `${where} shifts by ${shifts}`);
}

test("neither the list nor a drop, its line or the turn jumps on a phone or on a large screen", async () => {
  const soon = await createDrop({ opensInMs: 3_600_000 });
  for (const [screen, open] of Object.entries({ phone, desktop })) {
    const drop = await openPausedDrop({ admission_rate_per_second: 50 });
    await joinCrowd(drop, 3);
    const context = await open(browser);
    await context.addInitScript(noteShifts);
    const page = await openPage(context, `${storefrontUrl}/`);
    await page.locator(".drop-card .badge").first().waitFor();
    await assertSteady(page, `the list, ${screen}`);
    await page.goto(at(soon));
    await panel(page, "scheduled").waitFor();
    await assertSteady(page, `the drop to come, ${screen}`);
    await page.goto(at(drop));
    await panel(page, "open").waitFor();
    await assertSteady(page, `the open drop, ${screen}`);

    await page.locator("#join").click();
    await panel(page, "waiting").waitFor();
    await page.reload();
    await page.locator(".connection[data-phase=live]").waitFor();
    await assertSteady(page, `the line, ${screen}`);
    await resumeDrop(drop.id);
    await panel(page, "order:reserved").waitFor();
    await assertSteady(page, `the line and the turn, ${screen}`);
    page.noFaults();
    await context.close();
  }
});

/** Our own machine has two names. */
const hostOf = (url) => new URL(url).host.replace("localhost", "127.0.0.1");

test("the pages of the shop ask nobody but the shop and its line for anything", async () => {
  const ours = [storefrontUrl, admissionUrl].map(hostOf);
  const drop = await openPausedDrop({ admission_rate_per_second: 50 });
  const context = await phone(browser);
  const asked = [];
  context.on("request", (request) => asked.push(request.url()));
  const page = await context.newPage();
  page.on("websocket", (socket) => asked.push(socket.url()));
  await page.goto(`${storefrontUrl}/`);
  await page.locator(".drop-card").first().waitFor();
  await page.goto(at(drop));
  await page.locator("#join").click();
  await page.locator(".connection[data-phase=live]").waitFor();
  await page.getByRole("button", { name: "Move to another device" }).click();
  await page.locator("dialog[open] .handoff-code").first().waitFor();
  await page.keyboard.press("Escape");
  await resumeDrop(drop.id);
  await panel(page, "order:reserved").waitFor();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.getByRole("link", { name: "View order" }).click();
  await page.getByRole("button", { name: "Print receipt" }).waitFor();
  for (const path of ["/handoff", "/nope"]) {
    await page.goto(`${storefrontUrl}${path}`);
    await page.locator("#languages button").first().waitFor();
  }
  for (const host of ours) assert.ok(asked.some((url) => hostOf(url) === host), `${host} was asked`);
  assert.ok(asked.some((url) => url.startsWith("ws")), "a socket was opened");
  const isOurs = (url) => /^(data|blob):/.test(url) || ours.includes(hostOf(url));
  assert.deepEqual(asked.filter((url) => !isOurs(url)), []);
  await context.close();
});

/** A shopper far back in a line whose frames a test sends; `ticket` tells from where they go on. */
async function toldByUs(context, drop) {
  const told = {};
  await context.routeWebSocket(/\/stream/, (socket) => {
    told.stream = socket;
  });
  await context.route(/\/tickets$/, async (route) => {
    const response = await route.fetch();
    if (!response.ok()) return route.fulfill({ response });
    told.ticket = { ...(await response.json()), position: FAR_BACK, waiting: 2 * FAR_BACK };
    return route.fulfill({ response, json: told.ticket });
  });
  const page = await openPage(context, at(drop));
  await page.locator("#join").click();
  await panel(page, "waiting").waitFor();
  await waitUntil("the page listens", async () => told.stream !== undefined);
  return { page, ...told };
}

/** The `n`th frame: the line moves, and what is told changes. */
const frameAfter = ({ epoch, evn }, n) => ({
  type: "waiting",
  epoch,
  evn: evn + n,
  position: FAR_BACK - n,
  waiting: 2 * FAR_BACK - n,
  units_left: 20_000 - n,
  units_held: n % 7,
  eta_p50_s: 600 + (n % 50),
  eta_p90_s: 900 + (n % 70),
  odds_percent: 40 + (n % 30),
  standby: false,
  mode: "running",
  message: `Frame ${n}`,
});

/** Returns the bytes of the page's objects that something still holds. */
async function heapOf(devtools) {
  await devtools.send("HeapProfiler.collectGarbage");
  return (await devtools.send("Runtime.getHeapUsage")).usedSize;
}

test("two thousand frames in a row leave nothing in memory", async (t) => {
  const drop = await openPausedDrop({});
  const context = await phone(browser);
  const { page, stream, ticket } = await toldByUs(context, drop);
  const devtools = await context.newCDPSession(page);
  const tell = async (first, last) => {
    for (let n = first; n <= last; n += 1) stream.send(JSON.stringify(frameAfter(ticket, n)));
    const isShown = async () => (await positionOn(page)) === FAR_BACK - last;
    await waitUntil(`frame ${last} is shown`, isShown, { timeoutMs: 120_000 });
    return heapOf(devtools);
  };
  const beforeB = await tell(1, N_FIRST);
  const growthB = (await tell(N_FIRST + 1, N_FIRST + N_FRAMES)) - beforeB;
  t.diagnostic(`${N_FRAMES} frames: ${growthB} B more than ${beforeB} B`);
  assert.ok(growthB < MAX_GROWTH_B, `${growthB} B more`);
  page.noFaults();
  await context.close();
});
