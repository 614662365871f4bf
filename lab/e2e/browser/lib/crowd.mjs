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
  const body = { variant_id: drop.variant.id, units: 1 };
  // A drop opens a moment earlier in Postgres than in Redis.
  const notYet = /drop_not_open|room_rebuilding|queue_unavailable|rate_limited/;
  const join = () =>
    call("POST", url, { key: token, body }).catch((error) => {
      if (notYet.test(error.message)) return null;
      throw error;
    });
  return waitUntil("a shopper of the crowd joins", join, { pauseMs: 1_000 });
}
