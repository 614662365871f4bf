// Work that new guests have to prove, done on somebody else's site by the stock widget of ALTCHA.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { openPage, phone, startBrowser } from "./lib/browser.mjs";
import { storefrontUrl } from "./lib/environment.mjs";

const WIDGET = createRequire(import.meta.url).resolve("altcha");
/** Where the site's guests are, as its requests say: whoever is on this machine proves no work. */
const GUEST_ADDRESS = "203.0.113.7";
const PAGE = `<!doctype html><html lang="en"><title>Harbour Lamps</title><script src="/altcha.js"></script>
<form method="post" action="/enter"><altcha-widget auto="onload" challenge="/challenge"></altcha-widget>
<button>Go on</button></form>`;
const INSIDE = "<!doctype html><title>Harbour Lamps</title><h1>The lamps</h1>";

let browser;
let server;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
});

/** A site with the widget in a form; it begins a session for whoever sends that. */
async function openSite() {
  const site = { entries: [] };
  server = createServer((request, response) => {
    answer(site, request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  site.url = `http://127.0.0.1:${server.address().port}/`;
  return site;
}

async function answer(site, request, response) {
  const send = (type, content) => response.writeHead(200, { "content-type": type }).end(content);
  if (request.url === "/") return send("text/html", PAGE);
  if (request.url === "/altcha.js") return send("text/javascript", await readFile(WIDGET));
  if (request.url === "/challenge") return send("application/json", await (await getChallenge()).text());
  if (request.url !== "/enter") return response.writeHead(404).end();
  const proof = new URLSearchParams(await text(request)).get("altcha");
  site.entries.push({ proof, ...(await beginSession(proof)) });
  send("text/html", INSIDE);
}

const headers = { "x-forwarded-for": GUEST_ADDRESS };
const getChallenge = () => fetch(`${storefrontUrl}/v1/session/challenge`, { headers });

/** Asks for a session; without a proof, if that is null. */
async function beginSession(proof) {
  const withProof = proof === null ? headers : { ...headers, altcha: proof };
  const response = await fetch(`${storefrontUrl}/v1/session`, { method: "POST", headers: withProof });
  return { status: response.status, body: await response.json() };
}

test("the stock widget of ALTCHA solves a challenge on another site, and the session begins", async () => {
  const refused = await beginSession(null);
  assert.deepEqual([refused.status, refused.body.code], [403, "proof_needed"], "work has to be proved");

  const site = await openSite();
  const context = await phone(browser);
  const page = await openPage(context, site.url);
  await page.locator("altcha-widget [data-state=verified]").waitFor();
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByRole("heading", { name: "The lamps" }).waitFor();
  page.noFaults();
  await context.close();

  const [{ proof, status, body }] = site.entries;
  assert.equal(status, 201, JSON.stringify(body));
  assert.ok(body.token, "a program is told the session's token");
  const again = await beginSession(proof);
  assert.deepEqual([again.status, again.body.code], [403, "proof_invalid"], "it counts once");
});
