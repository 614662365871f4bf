// The way into somebody else's site, by itself: from the site to its line, and back to the wanted place.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { openPage, panel, phone, startBrowser } from "./lib/browser.mjs";
import { cancelDrops, protectSite } from "./lib/drops.mjs";
import { call, sellerKey, storefrontUrl } from "./lib/environment.mjs";

const ENTRANCE = "/.sluice/enter";
const WANTED = "/lamps?size=42&color=dark%20blue";
const INSIDE = "<!doctype html><title>Harbour Lamps</title><h1>The lamps</h1>";

let browser;
const sites = [];
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  for (const { server } of sites) {
    server.closeAllConnections();
    server.close();
  }
  await cancelDrops();
});

/** A site that lets in whoever has a pass, and sends all others to its line; `enter` is its entrance. */
async function openSite(enter) {
  const site = { inside: new Set(), redeemed: [] };
  site.server = createServer((request, response) => {
    answer(site, enter, request, response).catch((error) => {
      response.writeHead(500).end(String(error));
    });
  });
  sites.push(site);
  await new Promise((resolve) => site.server.listen(0, "127.0.0.1", resolve));
  site.url = `http://127.0.0.1:${site.server.address().port}`;
  site.drop = await protectSite({ site_url: `${site.url}/` });
  return site;
}

async function answer(site, enter, request, response) {
  const url = new URL(request.url, site.url);
  if (url.pathname === ENTRANCE) return enter(site, url.searchParams, response);
  // To cookies a port is no part of the host: those of the shop's pages come along.
  const cookies = (request.headers.cookie ?? "").split("; ");
  if (cookies.some((cookie) => site.inside.has(cookie))) {
    return response.writeHead(200, { "content-type": "text/html" }).end(INSIDE);
  }
  return sendTo(response, lineOf(site, request.url));
}

const lineOf = ({ drop }, to) => `${storefrontUrl}/drops/${drop.id}?to=${encodeURIComponent(to)}`;
const sendTo = (response, location, headers = {}) => response.writeHead(303, { location, ...headers }).end();

/** Swaps a pass for a visit, which the browser keeps in a cookie. */
async function redeem(site, asked, response) {
  const body = { drop_id: site.drop.id, pass: asked.get("pass") };
  const { ticket_id } = await call("POST", `${storefrontUrl}/v1/passes/redeem`, { key: sellerKey, body });
  site.redeemed.push(ticket_id);
  const cookie = `visit=${ticket_id}`;
  site.inside.add(cookie);
  sendTo(response, asked.get("to") ?? "/", { "set-cookie": `${cookie}; HttpOnly; Path=/` });
}

test("who is sent to the line from a place on a site comes to that place by itself at their turn", async () => {
  const site = await openSite(redeem);
  const context = await phone(browser);
  const page = await openPage(context, `${site.url}${WANTED}`);
  assert.equal(page.url(), lineOf(site, WANTED), "nobody is inside without a pass");
  await page.locator("#join").click();
  await page.getByRole("heading", { name: "The lamps" }).waitFor();
  assert.equal(page.url(), `${site.url}${WANTED}`, "no pass is left in the address");
  assert.equal(site.redeemed.length, 1);

  await page.goto(`${site.url}/`);
  await page.getByRole("heading", { name: "The lamps" }).waitFor();
  page.noFaults();
  await context.close();
});

test("whom a site sends back to its line is not sent to and fro, and has a button", async () => {
  let entered = 0;
  const site = await openSite((here, asked, response) => {
    entered += 1;
    sendTo(response, lineOf(here, asked.get("to") ?? "/"));
  });
  const context = await phone(browser);
  const page = await openPage(context, lineOf(site, WANTED));
  for (const by of ["#join", "#go-in"]) {
    const sentBack = page.waitForEvent("load");
    await page.locator(by).click();
    await sentBack;
    await panel(page, "order:passed").waitFor();
    await page.getByText("Use the button to go in.").waitFor();
  }
  assert.equal(entered, 2, "once by itself, and once by hand");
  page.noFaults();
  await context.close();
});
