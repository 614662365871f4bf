// Drops created through the seller's API and steered through the operator's: each test has its own.
import { operatorCall, sellerCall, shopperCall, waitUntil } from "./environment.mjs";

const TEA_CUP = {
  title: "Celadon tea cup, first firing",
  description: "From one firing, each a little different.\nGlazed in celadon; ships within a week.",
};

const created = [];

/** Cancels the drops that the tests created, so that the product stops tending them. */
export async function cancelDrops() {
  for (const id of created.splice(0)) await cancelDrop(id).catch(() => {});
}

/** Creates a product, and a drop of it that opens in `opensInMs`, with so many `units` of each variant. */
export async function createDrop({
  opensInMs = 1_500,
  price = 48_000,
  units = 100,
  variants = ["Celadon"],
  ...settings
} = {}) {
  const product = await sellerCall("POST", "/products", {
    name: "Tea cup",
    variants: variants.map((name) => ({ name, price_minor: price, currency: "KRW", stock: 1_000 })),
  });
  const opensAt = Date.now() + opensInMs;
  const drop = await sellerCall("POST", "/drops", {
    product_id: product.id,
    variants: product.variants.map(({ id }) => ({ variant_id: id, units })),
    ...TEA_CUP,
    opens_at: new Date(opensAt).toISOString(),
    closes_at: new Date(opensAt + 3_600_000).toISOString(),
    hold_seconds: 120,
    // The crowds of these tests join and are not seen again.
    presence: false,
    ...settings,
  });
  created.push(drop.id);
  return drop;
}

/** Puts a line before a site, and waits until it is open. Where the site is said to be, nobody answers. */
export async function protectSite(settings = {}) {
  const { id } = await sellerCall("POST", "/sites", {
    title: "Harbour Lamps",
    site_url: "http://127.0.0.1:9/",
    visitors_per_minute: 600,
    max_inside: 50,
    ...settings,
  });
  created.push(id);
  return opened(id);
}

/** Has a drop cancelled at the end that a test made in another way. */
export const cancelLater = (id) => created.push(id);

/** Creates a drop and waits until the scheduler has opened it. */
export async function openDrop(settings) {
  const { id } = await createDrop(settings);
  return opened(id);
}

/**
 * Creates a drop that opens with nobody let in. It is paused before it opens: paused afterwards,
 * the first of a crowd might be let in before the workers hear of the pause.
 */
export async function openPausedDrop({ message = null, ...settings }) {
  const { id } = await createDrop(settings);
  await pauseDrop(id, message);
  return opened(id);
}

export const opened = (id) =>
  waitUntil("the drop opens", async () => {
    const drop = await shopperCall("GET", `/v1/drops/${id}`);
    return drop.state === "open" ? drop : null;
  });

export const pauseDrop = (id, message = null) =>
  operatorCall("POST", `/drops/${id}/pause`, { why: "browser test", message });
export const resumeDrop = (id) => operatorCall("POST", `/drops/${id}/resume`, { why: "browser test" });
/** Changes what a drop may do; `act` is the last part of the route. */
export const changeMode = (id, act, body = {}) =>
  operatorCall("POST", `/drops/${id}/${act}`, { why: "browser test", ...body });
export const stopDrop = (id) =>
  operatorCall("POST", `/drops/${id}/emergency-stop`, { why: "browser test" });
export const cancelDrop = (id) => sellerCall("POST", `/drops/${id}/cancel`, { reason: "browser test" });
