// The storefront's API, same origin.
import { request } from "../../common/http.ts";
import { keyThumbprint, proofHeader } from "../possession/device.ts";
import type { ClientConfig, Drop, Handoff, MyTickets, Order, Page, Pass } from "./types.ts";

export const clientConfig = () => request<ClientConfig>("GET", "/v1/client-config");
export const getDrop = (id: string) => request<Drop>("GET", `/v1/drops/${id}`);
export const myTickets = () => request<MyTickets>("GET", "/v1/tickets");
export const myOrders = () => request<Page<Order>>("GET", "/v1/orders?limit=10");
export const getOrder = (id: string) => request<Order>("GET", `/v1/orders/${id}`);

/**
 * Makes sure this browser has a session; the answer's cookie is what counts. `proof` solves the challenge
 * that a refusal came with.
 */
export async function startSession(proof: string | null): Promise<{ shopper_id: string }> {
  return request("POST", "/v1/session", await ownKey(), proof === null ? {} : { altcha: proof });
}

/** Redeems a code for leave to join its lane, as this shopper and for a short time. */
export const redeemCode = (dropId: string, code: string) =>
  request<{ lane_grant: string }>("POST", `/v1/drops/${dropId}/code`, { code });

/** Makes a code with which another device goes on with this browser's place; the last one counts. */
export const handOff = (dropId: string) => postWithProof<Handoff>("/v1/tickets/handoff", { drop_id: dropId });

/** Goes on with what another device's code stands for; the answer's cookies are what counts. */
export async function takeOver(code: string): Promise<{ drop_id: string }> {
  return request("POST", "/v1/session/handoff", { code, ...(await ownKey()) });
}

/**
 * Pays for a hold; the order tells what comes of it. The same `attempt` can be sent again if its answer
 * was lost: it pays once, whatever has become of it.
 */
export const pay = (id: string, paymentMethod: string, attempt: string) =>
  request<{ order_id: string }>(
    "POST",
    `/v1/orders/${id}/payment`,
    { payment_method: paymentMethod },
    { "idempotency-key": attempt },
  );

/** Asks for the way into a site; `to` is where on it the shopper wants to go. */
export const passInto = (dropId: string, to: string | null) =>
  postWithProof<Pass>(`/v1/drops/${dropId}/pass`, to === null ? {} : { to });

/** Takes so many of the units that are held, and gives the others back. */
export const chooseUnits = (id: string, units: number) =>
  request<Order>("POST", `/v1/orders/${id}/units`, { units });

export const cancelOrder = (id: string) => request<Order>("POST", `/v1/orders/${id}/cancel`, {});

/** What a session is bound to: the key of this browser, if it has one. */
async function ownKey(): Promise<{ key_thumbprint?: string }> {
  const thumbprint = await keyThumbprint();
  return thumbprint === null ? {} : { key_thumbprint: thumbprint };
}

/** Asks for what is handed out to whoever has the key of the session. */
async function postWithProof<Answer>(path: string, body: unknown): Promise<Answer> {
  return request("POST", path, body, await proofHeader("POST", path));
}
