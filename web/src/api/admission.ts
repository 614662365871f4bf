// The admission service's API: another origin of the same site, so its cookies come along.
import { request } from "./http.ts";
import type { Drop, Ticket } from "./types.ts";

export class Admission {
  constructor(private readonly base: string) {}

  join(drop: Drop, units: number): Promise<Ticket> {
    return request("POST", this.url(drop.id, "tickets"), { variant_id: drop.variant.id, units });
  }

  ticket(dropId: string): Promise<Ticket> {
    return request("GET", this.url(dropId, "ticket"));
  }

  leave(dropId: string): Promise<Ticket> {
    return request("DELETE", this.url(dropId, "ticket"));
  }

  /** The WebSocket's address; `seen` lets a new server start no earlier than what was shown. */
  socketUrl(dropId: string, seen: string | null): string {
    return withSeen(this.url(dropId, "stream").replace(/^http/, "ws"), seen);
  }

  eventsUrl(dropId: string, seen: string | null): string {
    return withSeen(this.url(dropId, "events"), seen);
  }

  private url(dropId: string, what: string): string {
    return `${this.base}/v1/drops/${dropId}/${what}`;
  }
}

const withSeen = (url: string, seen: string | null) =>
  seen === null ? url : `${url}?seen=${encodeURIComponent(seen)}`;
