// Consoles in browsers of their own: signing in, going to a page, answering dialogs, the keyboard.
import { openPage } from "./browser.mjs";
import { adminKey, call, operatorKey, sellerKey, storefrontUrl, waitUntil } from "./environment.mjs";

const linkBy = async (key, role) => {
  const body = { role, name: "ann", why: "browser test" };
  return (await call("POST", `${storefrontUrl}/v1/console/links`, { key, body })).url;
};

/** Returns a link that signs in once. Only an admin makes one for an operator. */
export const sellerLink = () => linkBy(sellerKey, "seller");
export const operatorLink = (role = "operator") => linkBy(adminKey, role);

/** Opens a console and signs in: a seller by a one-time link, an operator by key. */
export async function openConsole(context, whose) {
  if (whose === "seller") return openByLink(context, await sellerLink());
  const page = await openPage(context, `${storefrontUrl}/operator`);
  await typeKey(page, operatorKey);
  await signedIn(page);
  return page;
}

export async function openByLink(context, link) {
  const page = await openPage(context, link);
  await signedIn(page);
  return page;
}

export async function typeKey(page, key) {
  await page.locator("input[type=password]").fill(key);
  await page.locator("main form button[type=submit]").click();
}

export const signedIn = (page) => page.locator(".who").waitFor();

/** Goes to a place of a console and waits until all of it was read. */
export async function visit(page, href) {
  await page.goto(`${page.url().replace(/#.*$/, "")}${href}`);
  await page.locator(`a[href="${href}"][aria-current="page"]`).first().waitFor();
  const loading = page.locator("main .skeleton");
  await waitUntil(`${href} is read`, async () => (await loading.count()) === 0);
}

/** Answers the question that an act asks; `message` has a text for each language in which there is one. */
export async function answer(page, { why = "browser test", message = {}, name } = {}) {
  const dialog = page.locator("dialog[open]");
  for (const [language, text] of Object.entries(message))
    await dialog.getByLabel(`Message to those who wait, in ${language}`).fill(text);
  await dialog.getByLabel("Why?").fill(why);
  if (name !== undefined) await dialog.getByLabel(/^Type/).fill(name);
  await dialog.locator("button[type=submit]").click();
  await dialog.waitFor({ state: "detached" });
}

/** More stops than any page has. */
const MANY_STOPS = 200;

export const hasKeyboard = (locator) => locator.evaluate((element) => element === document.activeElement);

/** Presses Tab until something has the keyboard. */
export async function tabTo(page, locator) {
  await locator.waitFor();
  for (let stops = 0; stops < MANY_STOPS; stops += 1) {
    if (await hasKeyboard(locator)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${locator}`);
}

/** Presses a button, or follows a link, by keyboard. */
export async function pressOn(page, locator) {
  await tabTo(page, locator);
  await page.keyboard.press("Enter");
}
