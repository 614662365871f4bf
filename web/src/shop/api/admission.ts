// The admission service's API: another origin of the same site, so its cookies come along.
import { request } from "../../common/http.ts";
import { proofHeader } from "../possession/device.ts";
import type { Drop, Ticket } from "./types.ts";

const LOOPBACK = ["127.0.0.1", "localhost"];

/**
 * Returns the address to call. On one's own machine both of its names are in use, but cookies of
 * one do not reach the other, so the page's own name is used.
 */
export function admissionUrl(configured: string, pageHost: string): string {
  const url = new URL(configured);
  if (LOOPBACK.includes(url.hostname) && LOOPBACK.includes(pageHost)) url.hostname = pageHost;
  return url.href.replace(/\/$/, "");
}

/** What was shown last: an answer never goes back behind it without saying why. */
export interface Seen {
  /** `epoch.evn.position`. */
  place: string;
  /** The time that was told last. */
  etaS: number | null;
}

export class Admission {
  constructor(private readonly base: string) {}

  /** Joins the normal lane, or the one that `laneGrant` opens. Units that are chosen later are not sent. */
  join(drop: Drop, variantId: string, units: number, laneGrant?: string): Promise<Ticket> {
    const asked = drop.fulfilment === "checkout" ? undefined : units;
    const body = { variant_id: variantId, units: asked, lane_grant: laneGrant };
    return request("POST", this.url(drop.id, "tickets"), body);
  }

  /** Where the ticket stands; with `seen` the answer never goes back behind what was shown. */
  async ticket(dropId: string, seen: Seen | null): Promise<Ticket> {
    const url = withSeen(this.url(dropId, "ticket"), seen);
    return request("GET", url, undefined, await proofHeader("GET", url));
  }

  async leave(dropId: string): Promise<Ticket> {
    const url = this.url(dropId, "ticket");
    return request("DELETE", url, undefined, await proofHeader("DELETE", url));
  }

  /** The WebSocket's address; with `seen` a new connection does not go back either. */
  socketUrl(dropId: string, seen: Seen | null): string {
    return withSeen(this.url(dropId, "stream").replace(/^http/, "ws"), seen);
  }

  eventsUrl(dropId: string, seen: Seen | null): string {
    return withSeen(this.url(dropId, "events"), seen);
  }

  private url(dropId: string, what: string): string {
    return `${this.base}/v1/drops/${dropId}/${what}`;
  }
}

function withSeen(url: string, seen: Seen | null): string {
  if (seen === null) return url;
  const eta = seen.etaS === null ? "" : `&eta=${seen.etaS}`;
  return `${url}?seen=${encodeURIComponent(seen.place)}${eta}`;
}
