// Going to a protected site, by itself or at a click. The way there is good for a minute, so it is
// asked for when somebody goes.
import { retryPause } from "../../common/backoff.ts";
import { pause } from "../../common/clock.ts";
import { ApiError } from "../../common/http.ts";
import { passInto } from "../api/storefront.ts";
import type { Order } from "../api/types.ts";
import { tOr } from "../texts/index.ts";

/** Time to read that it is one's turn. */
const READING_MS = 3_000;
const GONE = "sluice.gone_in";

export interface EnteringListener {
  changed(): void;
  /** The pass may be over: load it again. */
  over(): void;
}

export class Entering {
  busy = false;
  problem: string | null = null;
  private wasPlanned = false;
  private timer = 0;

  constructor(
    private readonly order: Pick<Order, "id" | "drop_id">,
    private readonly listener: EnteringListener,
  ) {}

  /** Whether the page goes without a click. */
  get goesByItself(): boolean {
    return this.timer !== 0 || this.busy;
  }

  /** Goes in a moment, once: whom the site has sent back would be sent to and fro. */
  goSoon(): void {
    if (this.wasPlanned || this.busy || hasGone(this.order.id)) return;
    this.wasPlanned = true;
    this.timer = window.setTimeout(() => void this.go(), READING_MS);
  }

  /** Doesn't go by itself any more. */
  stay(): void {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  /** Goes now, with as many quiet attempts as it takes to be told the way. */
  async go(): Promise<void> {
    if (this.busy) return;
    this.stay();
    this.note(true, null);
    let to = wantedPlace();
    for (let failures = 1; ; failures += 1) {
      try {
        return this.leave((await passInto(this.order.drop_id, to)).return_url);
      } catch (error) {
        const refusal = error instanceof ApiError ? error : new ApiError(0, "network", null);
        // A place that no site can have, since somebody made the address up: its beginning will do.
        if (refusal.code === "invalid_fields" && to !== null) to = null;
        else if (refusal.isTransient) await this.wait(refusal, failures);
        else return this.giveUp(refusal);
      }
    }
  }

  private async wait(refusal: ApiError, failures: number): Promise<void> {
    this.note(true, tOr(`error.${refusal.code}`, "error.network"));
    await pause(Math.max(500, retryPause(failures, refusal.retryAfterMs, Math.random())));
  }

  private leave(url: string): void {
    noteGone(this.order.id);
    this.note(false, null);
    location.assign(url);
  }

  private giveUp(refusal: ApiError): void {
    this.note(false, tOr(`error.${refusal.code}`, "error.other"));
    this.listener.over();
  }

  private note(busy: boolean, problem: string | null): void {
    this.busy = busy;
    this.problem = problem;
    this.listener.changed();
  }
}

/** Where on the site the shopper wanted to go before the line came in between. */
const wantedPlace = () => new URLSearchParams(location.search).get("to");

/** Whether this tab has gone in before. Without storage nobody can tell, and the button has to do. */
function hasGone(ticketId: string): boolean {
  try {
    return sessionStorage.getItem(GONE) === ticketId;
  } catch {
    return true;
  }
}

function noteGone(ticketId: string): void {
  try {
    sessionStorage.setItem(GONE, ticketId);
  } catch {
    // Without storage no page goes by itself.
  }
}
