// Every page of both consoles: accessible in both languages and colours, on large and small screens, and with
// nothing from elsewhere.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, desktop, phone, shot, startBrowser } from "./lib/browser.mjs";
import { openConsole, visit } from "./lib/console.mjs";
import { joinCrowd, payFor } from "./lib/crowd.mjs";
import { cancelDrops, createDrop, openDrop, protectSite } from "./lib/drops.mjs";
import { storefrontUrl } from "./lib/environment.mjs";

const NARROW = { width: 320, height: 640 };
const LANES = [{ lane: 1, name: "Early access", share_percent: 20 }];

let browser;
let pages;
before(async () => {
  browser = await startBrowser();
  pages = pagesOf(await makeShop());
});
after(async () => {
  await browser?.close();
  await cancelDrops();
});

/** A drop that sells, one that is to come, and a site. */
async function makeShop() {
  const running = await openDrop({
    title: "Celadon, second firing",
    variants: ["Celadon", "Moon white"],
    lanes: LANES,
    admission_rate_per_second: 20,
    occupancy_cap: 3,
  });
  const [buyer] = await joinCrowd(running, 6);
  await payFor(buyer);
  const coming = await createDrop({
    title: "Moon jar, winter kiln",
    opensInMs: 3_600_000,
    invite_only: true,
    lanes: LANES,
  });
  return { running, coming, site: await protectSite() };
}

const STEPS = ["what", "units", "times", "speed", "who", "check"];

/** Returns the places of each console, with their names. */
const pagesOf = ({ running, coming, site }) => ({
  operator: [
    ["rooms", "#/"],
    ["a room", `#/rooms/${running.id}`],
    ["limits", `#/rooms/${running.id}/limits`],
    ["a log", `#/rooms/${running.id}/log`],
    ["a room to come", `#/rooms/${coming.id}`],
    ["limits of a line before a site", `#/rooms/${site.id}/limits`],
    ["payments", "#/payments"],
    ["dead letters", "#/dead-letters"],
    ["audit", "#/audit"],
    ["health", "#/health"],
    ["load lab", "#/lab"],
  ],
  seller: [
    ["drops", "#/"],
    ["products", "#/products"],
    ["members", "#/members"],
    ["branding", "#/theme"],
    ["people", "#/people"],
    ...STEPS.map((step) => [`new drop, ${step}`, `#/new?step=${step}`]),
    ["a drop", `#/drops/${running.id}`],
    ["orders", `#/drops/${running.id}/orders`],
    ["codes", `#/drops/${coming.id}/codes`],
    ["managing", `#/drops/${running.id}/manage`],
    ["managing what is to come", `#/drops/${coming.id}/manage`],
    ["a line before a site", `#/drops/${site.id}`],
    ["managing it", `#/drops/${site.id}/manage`],
    ["its set-up", `#/drops/${site.id}/site`],
  ],
});

/** Each language in each colour and on each screen. */
const LOOKS = [
  { look: "English, light, desktop", screen: desktop, options: { colorScheme: "light" } },
  { look: "English, dark, phone", screen: phone, options: { colorScheme: "dark" } },
  { look: "Korean, light, desktop", screen: desktop, options: { colorScheme: "light", locale: "ko-KR" } },
  { look: "Korean, dark, phone", screen: phone, options: { colorScheme: "dark", locale: "ko-KR" } },
];

for (const { look, screen, options } of LOOKS) {
  for (const whose of ["operator", "seller"]) {
    test(`every page of the ${whose} is accessible: ${look}`, async () => {
      const context = await screen(browser, options);
      const page = await openConsole(context, whose);
      for (const [name, href] of pages[whose]) {
        await visit(page, href);
        await assertAccessible(page, `${whose}, ${name}, ${look}`);
      }
      page.noFaults();
      await context.close();
    });
  }
}

test("no page of a console is wider than a narrow screen", async () => {
  for (const whose of ["operator", "seller"]) {
    const context = await phone(browser, { viewport: NARROW });
    const page = await openConsole(context, whose);
    for (const [name, href] of pages[whose]) {
      await visit(page, href);
      await assertFits(page, `${whose}, ${name}`);
    }
    await context.close();
  }
});

test("with text of twice the size no page of a console has to be scrolled sideways", async () => {
  for (const whose of ["operator", "seller"]) {
    const context = await desktop(browser);
    const page = await openConsole(context, whose);
    await page.evaluate(() => {
      document.documentElement.style.fontSize = "200%";
    });
    for (const [name, href] of pages[whose]) {
      await visit(page, href);
      await shot(page, `${whose}, ${name}, text of twice the size`);
      await assertFits(page, `${whose}, ${name}, text of twice the size`);
    }
    await context.close();
  }
});

/** Remembers what the keyboard has to reach on a page; of a group of choices that is the chosen one. */
const notePlaces = (page) =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button:enabled, input:enabled, select, textarea")];
    const isShown = (element) => element.checkVisibility() && element.tabIndex >= 0;
    const isStop = (element) => element.type !== "radio" || element.checked;
    globalThis.places = all.filter((element) => isShown(element) && isStop(element));
    globalThis.reached = new Set();
  });

/** Returns how many elements a page has by now: parts of it may have come since it was said to be read. */
const countElements = (page) => page.evaluate(() => document.querySelectorAll("*").length);

/** Returns what is still there and was never reached. */
const missedPlaces = (page) =>
  page.evaluate(() =>
    globalThis.places
      .filter((element) => element.isConnected && element.checkVisibility() && !element.matches(":disabled"))
      .filter((element) => !globalThis.reached.has(element))
      .map((element) => element.outerHTML.slice(0, 120)),
  );

test("the keyboard alone reaches all that can be used on every page of the consoles, and is seen there", async () => {
  for (const whose of ["operator", "seller"]) {
    const context = await desktop(browser);
    const page = await openConsole(context, whose);
    for (const [name, href] of pages[whose]) {
      await visit(page, href);
      await notePlaces(page);
      // Parts that scroll are stops, too, but nothing is more than one; behind the last, it begins anew.
      for (let n = 0; n < (await countElements(page)); n += 1) {
        await page.keyboard.press("Tab");
        const isSeen = await page.evaluate(() => {
          const element = document.activeElement ?? document.body;
          globalThis.reached.add(element);
          const { outlineStyle } = getComputedStyle(element);
          return !globalThis.places.includes(element) || outlineStyle !== "none";
        });
        assert.ok(isSeen, `${whose}, ${name}: the keyboard is seen at stop ${n}`);
        if ((await missedPlaces(page)).length === 0) break;
      }
      assert.deepEqual(await missedPlaces(page), [], `${whose}, ${name}`);
    }
    page.noFaults();
    await context.close();
  }
});

test("a console asks nobody else for anything, and its policy allows no inline script", async () => {
  for (const whose of ["operator", "seller"]) {
    const response = await fetch(`${storefrontUrl}/${whose}`);
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(policy, /script-src 'self'/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*|https?:/);
    assert.doesNotMatch(await response.text(), /<script(?![^>]* src=)|<style|style="|https?:\/\//);

    const context = await desktop(browser);
    const foreign = [];
    context.on("request", (request) => {
      if (!request.url().startsWith(`${storefrontUrl}/`)) foreign.push(request.url());
    });
    const page = await openConsole(context, whose);
    for (const [, href] of pages[whose]) await visit(page, href);
    assert.deepEqual(foreign, []);
    page.noFaults();
    await context.close();
  }
});
