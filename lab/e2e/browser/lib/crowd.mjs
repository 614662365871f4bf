// A small crowd over plain HTTP: shoppers who stand in line and do nothing else.
import { admissionUrl, call, shopperCall, waitUntil } from "./environment.mjs";

/** Lets `count` shoppers join one after the other, so that all are ahead of whoever comes next. */
export async function joinCrowd(drop, count) {
  const crowd = [];
  for (let n = 0; n < count; n += 1) crowd.push(await joinOne(drop));
  return crowd;
}

async function joinOne(drop) {
  const { token } = await shopperCall("POST", "/v1/session", { body: {} });
  const url = `${admissionUrl}/v1/drops/${drop.id}/tickets`;
  const body = { variant_id: drop.variants[0].id, units: 1 };
  // A drop opens a moment earlier in Postgres than in Redis.
  const notYet = /drop_not_open|drop_stopped|room_rebuilding|queue_unavailable|rate_limited/;
  const join = () =>
    call("POST", url, { key: token, body }).catch((error) => {
      if (notYet.test(error.message)) return null;
      throw error;
    });
  const ticket = await waitUntil("a shopper of the crowd joins", join, { pauseMs: 1_000 });
  return { ...ticket, session: token };
}

/** Pays for the order of one of the crowd, once their turn has come. */
export async function payFor({ ticket_id, session }) {
  const order = () => shopperCall("GET", `/v1/orders/${ticket_id}`, { key: session }).catch(() => null);
  const reach = (state) =>
    waitUntil(`an order is ${state}`, async () => (await order())?.state === state);
  await reach("reserved");
  const body = { payment_method: "pm_card_approve" };
  await shopperCall("POST", `/v1/orders/${ticket_id}/payment`, { key: session, body });
  await reach("confirmed");
}
